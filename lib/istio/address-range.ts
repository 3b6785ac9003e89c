/** Whether an address lies in a range, `10.1.2.3` or `10.1.0.0/16`; undefined for no such range. */
export function inAddressRange(range: string): ((address: string) => boolean) | undefined {
  const [base = "", length, ...rest] = range.split("/");
  const start = bitsOf(base);
  if (!start || rest.length > 0) return undefined;
  const bits = length === undefined ? start.length : Number(length);
  if (length === "" || !Number.isInteger(bits) || bits < 0 || bits > start.length) return undefined;
  const wanted = start.slice(0, bits);
  return (address) => {
    const given = bitsOf(address);
    return given?.length === start.length && given.startsWith(wanted);
  };
}

/** The bits of an address, 32 or 128 of them. */
function bitsOf(address: string): string | undefined {
  if (address.includes(":")) return bitsOfIpv6(address);
  const parts = address.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) < 256)) {
    return undefined;
  }
  return parts.map((part) => Number(part).toString(2).padStart(8, "0")).join("");
}

function bitsOfIpv6(address: string): string | undefined {
  const [head = "", tail, ...rest] = address.split("::");
  if (rest.length > 0) return undefined;
  const groups = (text: string | undefined) => (text ? text.split(":") : []);
  const [left, right] = [groups(head), groups(tail)];
  const missing = 8 - left.length - right.length;
  if (tail === undefined ? missing !== 0 : missing < 0) return undefined;
  const all = [...left, ...new Array<string>(missing).fill("0"), ...right];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return all.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0")).join("");
}
