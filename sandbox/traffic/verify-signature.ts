import {
  constants,
  createPublicKey,
  createSecretKey,
  timingSafeEqual,
  createHmac,
  verify,
} from "node:crypto";
import type { VerifySignature } from "@/lib/authz/verify-token";

/** Verifies the signature of a JSON Web Token; an unusable key verifies nothing. */
export const verifySignature: VerifySignature = ({ algorithm, signed, signature }, jwk) => {
  const hash = `sha${algorithm.slice(2)}`;
  try {
    if (algorithm.startsWith("HS")) {
      const secret = createSecretKey(Buffer.from(String(jwk["k"]), "base64url"));
      const expected = createHmac(hash, secret).update(signed).digest();
      return expected.length === signature.length && timingSafeEqual(expected, signature);
    }
    const key = createPublicKey({ key: jwk, format: "jwk" });
    const data = Buffer.from(signed);
    if (algorithm === "EdDSA") return verify(null, data, key, signature);
    if (algorithm.startsWith("ES")) {
      return verify(hash, data, { key, dsaEncoding: "ieee-p1363" }, signature);
    }
    const padding = algorithm.startsWith("PS")
      ? constants.RSA_PKCS1_PSS_PADDING
      : constants.RSA_PKCS1_PADDING;
    return verify(hash, data, { key, padding }, signature);
  } catch {
    // A key that is none: Envoy ignores such keys.
    return false;
  }
};
