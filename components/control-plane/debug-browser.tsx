"use client";

import { EmptyState } from "@/components/ui/empty-state";
import { Message } from "@/components/ui/message";
import { StatusGlyph } from "@/components/ui/status-glyph";
import { DEBUG_PAGES, type DebugPage, findDebugPage, NEVER_ASKED } from "@/lib/xds/debug/pages";
import { DebugAnswer } from "./debug-answer";
import { DebugParameters } from "./debug-parameters";
import { DebugPathField } from "./debug-path-field";
import type { ControlPlaneState, SetControlPlaneState } from "./use-control-plane-state";

const GROUPS = ["Proxies", "Registry", "Configuration", "Internals"] as const;

/** istiod's debug pages: which there are, their parameters, and what istiod answers. */
export function DebugBrowser({
  state,
  setState,
}: {
  state: ControlPlaneState;
  setState: SetControlPlaneState;
}) {
  const found = findDebugPage(state.page);
  return (
    <div className="qd-debug">
      <nav className="qd-debug-pages" aria-label="Debug pages">
        <DebugPathField key={state.page} setState={setState} />
        {GROUPS.map((group) => (
          <div key={group}>
            <h2 className="qd-note">{group}</h2>
            <ul>
              {DEBUG_PAGES.filter((page) => page.group === group).map((page) => (
                <li key={page.name}>
                  <button
                    type="button"
                    title={page.about}
                    aria-current={found.type === "page" && found.page === page ? "page" : undefined}
                    onClick={() =>
                      void setState({ page: page.name, find: null, types: null, flag: null })
                    }
                  >
                    {page.name}
                  </button>
                </li>
              ))}
            </ul>
          </div>
        ))}
        <details className="qd-note">
          <summary>Never asked for</summary>
          <ul>
            {NEVER_ASKED.map(({ path, why }) => (
              <li key={path}>
                <span className="font-mono">{path}</span>: {why}
              </li>
            ))}
          </ul>
        </details>
      </nav>
      <section className="min-w-0" aria-label="Answer of istiod">
        {found.type === "page" ? (
          <>
            {found.former ? (
              <Message
                glyph={<StatusGlyph status="info" />}
                title={`${found.former.was} is ${found.page.name} today`}
              >
                <p>{found.former.note}</p>
              </Message>
            ) : null}
            <OnePage
              page={found.page}
              types={found.former?.types}
              state={state}
              setState={setState}
            />
          </>
        ) : found.type === "never" ? (
          <EmptyState title={`/debug/${found.path} is never asked for`}>
            {found.why} Quarterdeck reads only what changes nothing.
          </EmptyState>
        ) : (
          <EmptyState title="istiod has no such page">
            Choose a page from the list, or type the path of one, such as /debug/syncz.
          </EmptyState>
        )}
      </section>
    </div>
  );
}

function OnePage({
  page,
  types,
  state,
  setState,
}: {
  page: DebugPage;
  /** What a former name asked for by itself. */
  types: string | undefined;
  state: ControlPlaneState;
  setState: SetControlPlaneState;
}) {
  const wanted =
    state.types.length === 0 && types === "cds" ? { ...state, types: ["cds" as const] } : state;
  const lacking = page.parameters.some(({ required }) => required) && state.proxy.trim() === "";
  return (
    <>
      <h2 className="qd-debug-title">
        <span className="font-mono">/debug/{page.name}</span>
        <span className="text-ink-2">{page.about}</span>
      </h2>
      <DebugParameters page={page} state={wanted} setState={setState} />
      {lacking ? (
        <EmptyState title="This page is about one proxy">
          Name it above as pod.namespace. The pages connections and syncz list those that are
          connected.
        </EmptyState>
      ) : (
        <DebugAnswer page={page} state={wanted} setState={setState} />
      )}
    </>
  );
}
