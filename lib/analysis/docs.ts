/** The page that explains a code: Istio's own for its codes, Kiali's for Kiali's. */
export function docsOf(code: string): string | undefined {
  if (code.startsWith("IST")) {
    return `https://istio.io/latest/docs/reference/config/analysis/${code.toLowerCase()}/`;
  }
  return code.startsWith("KIA") ? "https://kiali.io/docs/features/validations/" : undefined;
}
