import type { AppModel, Call } from "@/sandbox/traffic/traffic-model";

/** One service of the shop: where it runs, how it is reached, and what it does. */
export interface BoutiqueService {
  readonly namespace: string;
  readonly name: string;
  readonly port: { readonly name: string; readonly number: number; readonly target: number };
  readonly versions: readonly string[];
  readonly replicas?: number;
  readonly image?: string;
  readonly app: AppModel;
}

/** The shop's namespaces: what customers see, what orders need, and where money moves. */
export const STOREFRONT = "storefront";
export const ORDERS = "orders";
export const PAYMENTS = "payments";

/** A host beyond the mesh that is reached through the egress gateway. */
export const CARD_PROCESSOR = "api.card-processor.example.com";
/** A host beyond the mesh that is reached directly. */
export const MAILER = "api.mailer.example.com";
/** The service of a machine that is no pod. */
export const FRAUD_HOST = "fraud-detection.payments.internal";

const grpc = (number: number, target = number) => ({ name: "grpc", number, target });

/** A method of a gRPC service as a path. */
const rpc = (
  host: string,
  port: number,
  path: string,
  more: Partial<Call> & { readonly share: number },
): Call => ({ host, port, method: "POST", path: `/hipstershop.${path}`, ...more });

const catalog = (share: number, onPath?: string): Call =>
  rpc("productcatalogservice", 3550, "ProductCatalogService/GetProduct", {
    share,
    ...(onPath === undefined ? {} : { onPath }),
  });

/** Twelve services, named and called as in Google's Online Boutique; fraud detection is ours. */
export const BOUTIQUE_SERVICES: readonly BoutiqueService[] = [
  {
    namespace: STOREFRONT,
    name: "frontend",
    port: { name: "http", number: 80, target: 8080 },
    versions: ["v1"],
    replicas: 2,
    app: {
      latencyMs: 9,
      responseBytes: 10_400,
      calls: [
        rpc("currencyservice", 7000, "CurrencyService/GetSupportedCurrencies", { share: 1 }),
        catalog(1),
        rpc(`cartservice.${ORDERS}`, 7070, "CartService/GetCart", { share: 1 }),
        rpc("recommendationservice", 8080, "RecommendationService/ListRecommendations", {
          share: 1,
          onPath: "/product",
        }),
        rpc("adservice", 9555, "AdService/GetAds", { share: 0.8 }),
        rpc(`shippingservice.${ORDERS}`, 50_051, "ShippingService/GetQuote", {
          share: 1,
          onPath: "/cart",
        }),
        rpc(`checkoutservice.${ORDERS}`, 5050, "CheckoutService/PlaceOrder", {
          share: 1,
          onPath: "/cart/checkout",
        }),
      ],
    },
  },
  {
    namespace: STOREFRONT,
    name: "productcatalogservice",
    port: grpc(3550),
    versions: ["v1", "v2"],
    app: { latencyMs: 2, responseBytes: 1480, calls: [] },
  },
  {
    namespace: STOREFRONT,
    name: "recommendationservice",
    port: grpc(8080),
    versions: ["v1", "v2"],
    app: { latencyMs: 4, responseBytes: 120, calls: [catalog(1)] },
  },
  {
    namespace: STOREFRONT,
    name: "currencyservice",
    port: grpc(7000),
    versions: ["v1"],
    replicas: 2,
    app: { latencyMs: 1, responseBytes: 64, calls: [] },
  },
  {
    namespace: STOREFRONT,
    name: "adservice",
    port: grpc(9555),
    versions: ["v1"],
    app: { latencyMs: 3, responseBytes: 310, calls: [] },
  },
  {
    namespace: ORDERS,
    name: "cartservice",
    port: grpc(7070),
    versions: ["v1"],
    app: {
      latencyMs: 3,
      responseBytes: 220,
      calls: [{ host: "redis-cart", port: 6379, method: "GET", path: "/", share: 1 }],
    },
  },
  {
    namespace: ORDERS,
    name: "redis-cart",
    port: { name: "tcp-redis", number: 6379, target: 6379 },
    versions: ["v1"],
    image: "docker.io/library/redis:7.4-alpine",
    app: { latencyMs: 0.6, responseBytes: 190, calls: [] },
  },
  {
    namespace: ORDERS,
    name: "checkoutservice",
    port: grpc(5050),
    versions: ["v1"],
    app: {
      latencyMs: 8,
      responseBytes: 640,
      calls: [
        rpc("cartservice", 7070, "CartService/GetCart", { share: 1 }),
        rpc(`productcatalogservice.${STOREFRONT}`, 3550, "ProductCatalogService/GetProduct", {
          share: 1,
        }),
        rpc(`currencyservice.${STOREFRONT}`, 7000, "CurrencyService/Convert", { share: 1 }),
        rpc("shippingservice", 50_051, "ShippingService/ShipOrder", { share: 1 }),
        rpc(`paymentservice.${PAYMENTS}`, 50_051, "PaymentService/Charge", { share: 1 }),
        rpc("emailservice", 5000, "EmailService/SendOrderConfirmation", { share: 1 }),
      ],
    },
  },
  {
    namespace: ORDERS,
    name: "shippingservice",
    port: grpc(50_051),
    versions: ["v1"],
    app: { latencyMs: 2, responseBytes: 80, calls: [] },
  },
  {
    namespace: ORDERS,
    name: "emailservice",
    port: grpc(5000, 8080),
    versions: ["v1"],
    app: {
      latencyMs: 5,
      responseBytes: 40,
      calls: [{ host: MAILER, port: 80, method: "POST", path: "/v1/send", share: 1 }],
    },
  },
  {
    namespace: PAYMENTS,
    name: "paymentservice",
    port: grpc(50_051),
    versions: ["v1"],
    replicas: 2,
    app: {
      latencyMs: 6,
      responseBytes: 90,
      calls: [
        { host: FRAUD_HOST, port: 8080, method: "POST", path: "/score", share: 1 },
        { host: CARD_PROCESSOR, port: 80, method: "POST", path: "/v2/charges", share: 1 },
      ],
    },
  },
];
