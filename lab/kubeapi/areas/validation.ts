import assert from "node:assert/strict";
import { at, listAt, textAt } from "../api-connection";
import { area } from "../behaviour";
import { configMap, created, virtualService, VS } from "../objects";

const withTypo = (name: string) => {
  const object = virtualService(name);
  return { ...object, spec: { ...(object.spec as object), htp: [] } };
};

export const fieldValidation = area("field validation", (it) => {
  it("Strict refuses an unknown field of a custom resource by name", async (bench) => {
    const { status, json } = await bench.api.post(
      `${bench.path(VS)}?fieldValidation=Strict`,
      withTypo(bench.name()),
    );
    assert.equal(status, 400);
    assert.match(textAt(json, "message"), /strict decoding error: unknown field "spec\.htp"/);
  });
  it("Warn stores without the field and warns", async (bench) => {
    const { status, json, headers } = await bench.api.post(
      `${bench.path(VS)}?fieldValidation=Warn`,
      withTypo(bench.name()),
    );
    assert.equal(status, 201);
    assert.equal(at(json, "spec.htp"), undefined);
    assert.match(String(headers.warning), /^299 - "unknown field \\"spec\.htp\\""/);
  });
  it("Warn is the default", async (bench) => {
    const { headers } = await bench.api.post(bench.path(VS), withTypo(bench.name()));
    assert.match(String(headers.warning), /unknown field/);
  });
  it("Ignore drops in silence", async (bench) => {
    const { status, headers } = await bench.api.post(
      `${bench.path(VS)}?fieldValidation=Ignore`,
      withTypo(bench.name()),
    );
    assert.equal(status, 201);
    assert.equal(headers.warning, undefined);
  });
  it("Strict refuses an unknown field of a built-in kind", async (bench) => {
    const { status, json } = await bench.api.post(
      `${bench.path("configmaps")}?fieldValidation=Strict`,
      { ...configMap(bench.name()), dat: {} },
    );
    assert.equal(status, 400);
    assert.match(textAt(json, "message"), /unknown field "dat"/);
  });
  it("Strict refuses a key that is there twice", async (bench) => {
    const body = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"${bench.name()}"},"data":{"a":"1"},"data":{"a":"2"}}`;
    const { status, json } = await bench.api.post(
      `${bench.path("configmaps")}?fieldValidation=Strict`,
      body,
    );
    assert.equal(status, 400);
    assert.match(textAt(json, "message"), /duplicate field "data"/);
  });
  it("Strict holds for merge patches", async (bench) => {
    const name = bench.name();
    await created(bench, VS, virtualService(name));
    const { status, json } = await bench.api.patch(
      "merge",
      `${bench.path(VS, name)}?fieldValidation=Strict`,
      { spec: { htp: [] } },
    );
    assert.equal(status, 422);
    assert.match(textAt(json, "message"), /unknown field "spec\.htp"/);
  });
  it("another word is refused", async (bench) => {
    const { status } = await bench.api.post(
      `${bench.path(VS)}?fieldValidation=Perhaps`,
      virtualService(bench.name()),
    );
    assert.equal(status, 422);
  });
});

const refused = (
  answer: { status: number; json: Readonly<Record<string, unknown>> },
  field: string,
  reason?: string,
) => {
  assert.equal(answer.status, 422, JSON.stringify(answer.json).slice(0, 300));
  assert.equal(answer.json.reason, "Invalid");
  const causes = listAt(answer.json, "details.causes");
  const cause = causes.find((candidate) => candidate.field === field);
  assert.ok(cause, `no cause for ${field}: ${JSON.stringify(causes)}`);
  if (reason) assert.equal(cause.reason, reason);
};

export const customResources = area("custom resources", (it) => {
  it("a wrong type is 422 at its path", async (bench) => {
    const answer = await bench.api.post(
      bench.path(VS),
      virtualService(bench.name(), { hosts: "reviews" }),
    );
    refused(answer, "spec.hosts", "FieldValueTypeInvalid");
  });
  it("a missing required field is 422 at its path", async (bench) => {
    const http = [{ route: [{ weight: 100 }] }];
    const answer = await bench.api.post(bench.path(VS), virtualService(bench.name(), { http }));
    refused(answer, "spec.http[0].route[0].destination", "FieldValueRequired");
  });
  it("an unknown word of an enum is 422 with what is supported", async (bench) => {
    const policy = {
      apiVersion: "security.istio.io/v1",
      kind: "PeerAuthentication",
      metadata: { name: bench.name() },
      spec: { mtls: { mode: "SOMETIMES" } },
    };
    const answer = await bench.api.post(
      bench.path("security.istio.io/v1/peerauthentications"),
      policy,
    );
    refused(answer, "spec.mtls.mode", "FieldValueNotSupported");
    assert.match(
      textAt(answer.json, "message"),
      /supported values: "UNSET", "DISABLE", "PERMISSIVE", "STRICT"/,
    );
  });
  it("a CEL rule refuses with its own message", async (bench) => {
    const rule = {
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
      metadata: { name: bench.name() },
      spec: {
        host: "reviews",
        trafficPolicy: {
          loadBalancer: { simple: "RANDOM", consistentHash: { useSourceIp: true } },
        },
      },
    };
    const { status, json } = await bench.api.post(
      bench.path("networking.istio.io/v1/destinationrules"),
      rule,
    );
    assert.equal(status, 422, JSON.stringify(json).slice(0, 300));
  });
  it("a CEL rule on a duration names its field", async (bench) => {
    const http = [{ timeout: "soon", route: [{ destination: { host: "reviews" } }] }];
    const answer = await bench.api.post(bench.path(VS), virtualService(bench.name(), { http }));
    refused(answer, "spec.http[0].timeout");
  });
  it("unknown fields are pruned", async (bench) => {
    const { json } = await bench.api.post(
      `${bench.path(VS)}?fieldValidation=Ignore`,
      withTypo(bench.name()),
    );
    assert.equal(at(json, "spec.htp"), undefined);
  });
  it("a new definition is served, with defaults, pruning and CEL", async (bench) => {
    const plural = `things${bench.namespace.slice(-5)}`;
    const definition = {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.test.quarterdeck.dev` },
      spec: {
        group: "test.quarterdeck.dev",
        scope: "Namespaced",
        names: {
          plural,
          singular: plural.slice(0, -1),
          kind: `Thing${bench.namespace.slice(-5)}`,
          listKind: `Thing${bench.namespace.slice(-5)}List`,
        },
        versions: [
          {
            name: "v1",
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: "object",
                properties: {
                  spec: {
                    type: "object",
                    properties: {
                      size: { type: "integer", default: 3, minimum: 1 },
                      max: { type: "integer" },
                    },
                    "x-kubernetes-validations": [
                      {
                        rule: "!has(self.max) || self.size <= self.max",
                        message: "size must not be above max",
                      },
                    ],
                  },
                },
              },
            },
          },
        ],
      },
    };
    const { status } = await bench.api.post(
      "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
      definition,
    );
    assert.equal(status, 201);
    const collection = bench.path(`test.quarterdeck.dev/v1/${plural}`);
    const thing = (spec: object) => ({
      apiVersion: "test.quarterdeck.dev/v1",
      kind: definition.spec.names.kind,
      metadata: { name: bench.name() },
      spec,
    });
    try {
      for (
        let tries = 0;
        (await bench.api.get(collection)).status === 404 && tries < 50;
        tries += 1
      ) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const stored = await bench.api.post(collection, thing({ other: 1 }));
      assert.deepEqual(stored.json.spec, { size: 3 });
      refused(
        await bench.api.post(collection, thing({ size: 0 })),
        "spec.size",
        "FieldValueInvalid",
      );
      const beyond = await bench.api.post(collection, thing({ size: 5, max: 4 }));
      assert.match(textAt(beyond.json, "message"), /size must not be above max/);
    } finally {
      await bench.api.delete(
        `/apis/apiextensions.k8s.io/v1/customresourcedefinitions/${definition.metadata.name}`,
      );
    }
  });
  it("several faults are told together", async (bench) => {
    const answer = await bench.api.post(
      bench.path(VS),
      virtualService(bench.name(), { hosts: 1, gateways: 2 }),
    );
    refused(answer, "spec.hosts");
    refused(answer, "spec.gateways");
  });
});

export const webhook = area("istiod's webhook", (it) => {
  it("refuses what istiod refuses, in its words", async (bench) => {
    const http = [{ route: [{ destination: { host: "reviews" }, weight: -1 }] }];
    const { status, json } = await bench.api.post(
      bench.path(VS),
      virtualService(bench.name(), { http }),
    );
    assert.ok(status >= 400, String(status));
    assert.match(textAt(json, "message"), /weight/);
  });
  it("warns of what istiod warns of", async (bench) => {
    const http = [
      { route: [{ destination: { host: "a" } }] },
      { route: [{ destination: { host: "b" } }] },
    ];
    const { status, headers } = await bench.api.post(
      `${bench.path(VS)}?dryRun=All`,
      virtualService(bench.name(), { http }),
    );
    assert.equal(status, 201);
    assert.match(String(headers.warning), /virtualService rule #1 not used/);
  });
});
