"use client";

import { type Ref, useEffect, useEffectEvent, useImperativeHandle, useRef, useState } from "react";
import { flushSync } from "react-dom";
import { useTheme } from "@/components/ui/use-theme";
import type { ChangedLine } from "./change-bars";
import type { EditorFinding } from "./editor-finding";
import type { MountedEditor } from "./mount-editor";

/** What a page can do with the editor beside giving it text. */
export interface YamlEditorHandle {
  /** Puts the cursor at a place and the keyboard into the editor. */
  goTo(line: number, column: number): void;
  /** Replaces the whole text as one step that can be undone. */
  replaceText(text: string): void;
}

export interface YamlEditorProps {
  /** Names the model: one per object, so that undo and cursor stay with it. */
  readonly uri: string;
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly findings: readonly EditorFinding[];
  /** The text that `findings` are of; older ones keep their marks but offer no fixes. */
  readonly analysed: string;
  readonly changes: readonly ChangedLine[];
  readonly schema: object | null | undefined;
  /** Where the cursor is put when the editor is there, and whenever the place changes. */
  readonly reveal?: { readonly line: number; readonly column: number } | undefined;
  readonly readOnly?: boolean;
  readonly ref?: Ref<YamlEditorHandle>;
}

/** Monaco for YAML. It is loaded when first shown; until then a plain text area takes the text. */
export function YamlEditor(props: YamlEditorProps) {
  const { uri, label, value, findings, analysed, changes, schema, readOnly = false, ref } = props;
  const host = useRef<HTMLDivElement>(null);
  const exit = useRef<HTMLParagraphElement>(null);
  const plain = useRef<HTMLTextAreaElement>(null);
  const [editor, setEditor] = useState<MountedEditor>();
  const [failed, setFailed] = useState(false);
  const theme = useTheme();
  const changed = useEffectEvent((text: string) => {
    if (text !== value) props.onChange(text);
  });
  const initial = useEffectEvent(() => ({ value, label, readOnly }));

  useEffect(() => {
    let mounted: MountedEditor | undefined;
    let gone = false;
    import("./mount-editor").then(
      ({ mountEditor }) => {
        if (gone || !host.current) return;
        const running = mountEditor(host.current, {
          uri,
          ...initial(),
          onChange: (text) => changed(text),
          onLeave: () => exit.current?.focus(),
        });
        const area = plain.current;
        const typing = area !== null && document.activeElement === area;
        if (typing) running.select(area.selectionStart, area.selectionEnd);
        mounted = running;
        // At once, so that there is never more than one box to type into.
        flushSync(() => setEditor(running));
      },
      () => setFailed(true),
    );
    return () => {
      gone = true;
      mounted?.dispose();
      setEditor(undefined);
    };
  }, [uri]);

  useEffect(() => editor?.setText(value), [editor, value]);
  useEffect(() => editor?.setReadOnly(readOnly), [editor, readOnly]);
  useEffect(() => editor?.setTheme(theme), [editor, theme]);
  useEffect(() => editor?.setFindings(analysed, findings), [editor, analysed, findings]);
  useEffect(() => editor?.setChanges(changes), [editor, changes]);
  useEffect(() => editor?.setSchema(schema), [editor, schema]);
  const { line, column } = props.reveal ?? {};
  useEffect(() => {
    if (line !== undefined && column !== undefined) editor?.goTo(line, column);
  }, [editor, line, column]);

  useImperativeHandle(
    ref,
    () => ({
      goTo: (line, column) => editor?.goTo(line, column),
      replaceText: (text) => (editor ? editor.replaceText(text) : props.onChange(text)),
    }),
    [editor, props],
  );

  return (
    <div className="qd-editor" data-ready={editor ? "" : undefined}>
      <div ref={host} className="qd-editor-host" />
      <p ref={exit} className="qd-editor-exit" tabIndex={-1}>
        Tab goes on, Shift Tab goes back into the editor.
      </p>
      {editor ? null : (
        <textarea
          ref={plain}
          className="qd-editor-plain"
          aria-label={label}
          spellCheck={false}
          readOnly={readOnly}
          value={value}
          onChange={(event) => props.onChange(event.target.value)}
        />
      )}
      {failed ? (
        <p className="qd-note" role="status">
          The full editor could not be loaded; the text can still be edited and applied. Reload the
          page to try again.
        </p>
      ) : null}
    </div>
  );
}
