import { formatNumber } from "@/components/ui/format";

const ROW_PX = 26;
const WIDTH = 860;
const LEFT = 400;
const RIGHT = 560;
const MAX_WIDTH_PX = 10;

/** One line of the graph: so many endpoints of a host come from a shard. */
interface Share {
  readonly host: string;
  readonly shard: string;
  readonly endpoints: number;
}

/**
 * Which registries and clusters the endpoints of each host come from: hosts left, shards right, a
 * line as thick as its share. `rows` are those of the table, whose words are repeated there.
 */
export function ShardGraph({ rows }: { rows: readonly (readonly string[])[] }) {
  const shares = sharesOf(rows);
  const hosts = [...new Set(shares.map(({ host }) => host))];
  const shards = [...new Set(shares.map(({ shard }) => shard))];
  const most = Math.max(1, ...shares.map(({ endpoints }) => endpoints));
  const height = Math.max(hosts.length, shards.length) * ROW_PX + ROW_PX;
  const yOf = (list: readonly string[], name: string): number =>
    ((list.indexOf(name) + 0.5) * (height - ROW_PX)) / list.length + ROW_PX / 2;
  const total = (shard: string) =>
    shares.filter((each) => each.shard === shard).reduce((sum, each) => sum + each.endpoints, 0);
  return (
    <div className="qd-debug-graph" tabIndex={0} role="group" aria-label="Graph of shards">
      <svg
        width={WIDTH}
        height={height}
        role="img"
        aria-label={`Endpoints of ${hosts.length} hosts come from ${shards.length} shards`}
      >
        {shares.map(({ host, shard, endpoints }) => {
          const [from, to] = [yOf(hosts, host), yOf(shards, shard)];
          const middle = (LEFT + RIGHT) / 2;
          return (
            <path
              key={`${host} ${shard}`}
              d={`M${LEFT},${from} C${middle},${from} ${middle},${to} ${RIGHT},${to}`}
              data-empty={endpoints === 0 || undefined}
              strokeWidth={1 + (endpoints / most) * MAX_WIDTH_PX}
            >
              <title>{`${host}: ${formatNumber(endpoints)} from ${shard}`}</title>
            </path>
          );
        })}
        {hosts.map((host) => (
          <text key={host} x={LEFT - 8} y={yOf(hosts, host)} textAnchor="end">
            {host}
          </text>
        ))}
        {shards.map((shard) => (
          <text key={shard} x={RIGHT + 8} y={yOf(shards, shard)}>
            {shard}, {formatNumber(total(shard))} endpoints
          </text>
        ))}
      </svg>
    </div>
  );
}

/** Host, shard and endpoint stand in the first, third and fourth column; "none" is a shard without. */
function sharesOf(rows: readonly (readonly string[])[]): readonly Share[] {
  const found = new Map<string, Share>();
  for (const [host = "", , shard = "", endpoint = ""] of rows) {
    const key = `${host} ${shard}`;
    const before = found.get(key)?.endpoints ?? 0;
    found.set(key, { host, shard, endpoints: before + (endpoint === "none" ? 0 : 1) });
  }
  return [...found.values()];
}
