import { createPublicKey, verify } from "node:crypto";
import type { VerifySignature } from "@/lib/authz/verify-token";

/** Verifies signatures of RSA, which is what the tokens of the scenarios have. */
export const verifySignature: VerifySignature = ({ algorithm, signed, signature }, jwk) => {
  if (!algorithm.startsWith("RS")) return false;
  try {
    const key = createPublicKey({ key: jwk, format: "jwk" });
    return verify(`sha${algorithm.slice(2)}`, Buffer.from(signed), key, signature);
  } catch {
    // A key that is none: Envoy ignores such keys.
    return false;
  }
};
