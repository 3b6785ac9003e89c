import type { Field } from "../field";

/** The image of a proxy's container that the injector is to fill in. */
export const autoImage = (podSpec: Field): Field | undefined =>
  podSpec
    .at("containers")
    .items()
    .find(
      (container) =>
        container.at("name").text === "istio-proxy" && container.at("image").text === "auto",
    )
    ?.at("image");
