/** Where an import stands, as its URL says; a reload goes on there. */
export interface ImportPlace {
  /** A started import. */
  readonly imp?: string;
  /** An uploaded file that waits to be mapped, and its name. */
  readonly file?: string;
  readonly name?: string;
  /** The table, perhaps with its app, was made for this file: all columns are new. */
  readonly fresh?: "table" | "app";
}
