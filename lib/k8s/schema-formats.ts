const DATE_TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const IPV4_PART = "(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)";
const IPV4 = new RegExp(`^${IPV4_PART}(?:\\.${IPV4_PART}){3}$`);
const DURATION = /^-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d|w))+$/;
const UUID = /^[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}$/i;

/** The formats of strings that the API server enforces and our kinds use; others pass. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  "date-time": (text) => DATE_TIME.test(text) && !Number.isNaN(Date.parse(text)),
  byte: (text) => BASE64.test(text),
  ipv4: (text) => IPV4.test(text),
  duration: (text) => DURATION.test(text),
  uuid: (text) => UUID.test(text),
};

/** Whether a string has the format that a schema names. */
export const hasFormat = (text: string, format: string): boolean => FORMATS[format]?.(text) ?? true;

const INT32 = 2 ** 31;

/** Whether a whole number fits the format that a schema names. */
export const fitsFormat = (value: number, format: string): boolean =>
  format === "int32"
    ? value >= -INT32 && value < INT32
    : format === "int64"
      ? value >= -(2 ** 63) && value < 2 ** 63
      : true;
