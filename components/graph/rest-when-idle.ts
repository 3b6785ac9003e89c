import type { Core } from "cytoscape";

/** What of cytoscape's canvas renderer is used here; its types leave it out. */
interface Renderer {
  requestedFrame: boolean;
  renderLoopStarted: boolean;
  destroyed: boolean;
  redraw(options?: object): void;
  startRenderLoop(): void;
  beforeRender(act: (willDraw: boolean) => void, priority: number): void;
}

/** So many frames without anything to draw end the loop: its caches are refined in such frames. */
const IDLE_FRAMES = 12;

/**
 * Lets cytoscape's render loop end while there is nothing to draw, and begin again when there is.
 *
 * The loop asks for a frame sixty times a second for ever, and each makes the browser compose the page:
 * on a machine without a GPU that is a twentieth of a core, several times what a refresh takes. The
 * loop ends only where it finds itself destroyed, so that is what it is told, for the one moment in
 * which it looks.
 */
export function restWhenIdle(core: Core): void {
  const renderer = (core as unknown as { renderer(): Renderer }).renderer();
  const redraw = renderer.redraw.bind(renderer);
  renderer.redraw = (options) => {
    redraw(options);
    renderer.startRenderLoop();
  };
  let idle = 0;
  renderer.beforeRender((willDraw) => {
    idle = willDraw ? 0 : idle + 1;
    if (idle < IDLE_FRAMES || core.animated()) return;
    idle = 0;
    let ends = false;
    // In the next frame this comes before the loop's own callback, which is asked for after it ...
    requestAnimationFrame(() => {
      ends = !renderer.requestedFrame && !core.destroyed();
      if (ends) renderer.destroyed = true;
    });
    // ... and this behind it.
    queueMicrotask(() =>
      requestAnimationFrame(() => {
        if (!ends) return;
        renderer.destroyed = core.destroyed();
        renderer.renderLoopStarted = false;
      }),
    );
  }, LAST);
}

/** After what cytoscape itself does before a frame; the highest priority comes first. */
const LAST = 0;
