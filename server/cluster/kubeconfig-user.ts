import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { KubeConfig } from "@kubernetes/client-node";
import { parse } from "yaml";
import { z } from "zod";
import { AppError } from "@/lib/base/errors";

/** Fields of a kubeconfig's users that client-node 1.4 passes over. */
const Users = z.object({
  users: z
    .array(
      z.object({
        name: z.string(),
        user: z
          .object({
            tokenFile: z.string().optional(),
            "as-groups": z.array(z.string()).nullish(),
          })
          .nullish(),
      }),
    )
    .nullish(),
});

/**
 * Adds to the current user of `config` what client-node does not read from `file`: a token file,
 * which is read again about once a minute and when a token is refused.
 * @throws AppError `unsupported` for groups to act as, which client-node would silently leave out.
 */
export function completeUser(config: KubeConfig, file: string): void {
  const current = config.getCurrentUser();
  const { users } = Users.parse(parse(readFileSync(file, "utf8"), { maxAliasCount: 100 }));
  const raw = users?.find(({ name }) => name === current?.name)?.user;
  if (!current || !raw) return;
  if (raw["as-groups"]?.length) {
    throw new AppError(
      "unsupported",
      `User ${current.name} of ${file} acts as groups (as-groups)`,
      {
        hint: "Use credentials that have the rights themselves.",
      },
    );
  }
  if (raw.tokenFile === undefined) return;
  const tokenFile = resolve(dirname(file), raw.tokenFile);
  const completed = { ...current, authProvider: { name: "tokenFile", config: { tokenFile } } };
  config.users = config.users.map((user) => (user.name === current.name ? completed : user));
}
