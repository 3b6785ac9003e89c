/** What the sandbox does otherwise than a real API server, and why, by the behaviour's key. */
export const KNOWN_DIFFERENCES: Readonly<Record<string, string>> = {
  "accept: protobuf alone is answered for a built-in kind":
    "the sandbox reads protobuf and writes JSON: kubectl and client-go ask for JSON as well",
};
