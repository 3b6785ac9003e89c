/** A place in pixels at zoom 1: the top left corner and the size. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A point in pixels at zoom 1. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Where everything is drawn. */
export interface Layout {
  /** By id of a leaf, a group or a box. */
  readonly places: Readonly<Record<string, Rect>>;
  /** By id of an edge: where it turns on its way around what stands between its ends. */
  readonly routes: Readonly<Record<string, readonly Point[]>>;
  readonly width: number;
  readonly height: number;
}
