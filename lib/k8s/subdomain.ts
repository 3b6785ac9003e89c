export const LONGEST_SUBDOMAIN = 253;
export const SUBDOMAIN = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** Whether a text is an RFC 1123 subdomain: for texts that come by the thousand, without zod. */
export const isSubdomain = (text: string): boolean =>
  text.length <= LONGEST_SUBDOMAIN && SUBDOMAIN.test(text);
