import { describe, expect, it } from "vitest";
import { thumbOf } from "./thumb";

describe("thumbOf", () => {
  it("keeps the record by which a file may be read", () => {
    expect(thumbOf("/api/v1/files/fil_1?entity=ent_1&record=rec_1", 96)).toBe(
      "/api/v1/files/fil_1/thumb?entity=ent_1&record=rec_1&size=96",
    );
    expect(thumbOf("/api/v1/files/fil_1", 320)).toBe("/api/v1/files/fil_1/thumb?size=320");
  });
  it("leaves what the server does not keep alone", () => {
    expect(thumbOf("blob:x", 96)).toBe("blob:x");
  });
});
