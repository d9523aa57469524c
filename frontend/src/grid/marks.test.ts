import { describe, expect, it } from "vitest";
import { Flashes, Peers } from "./marks";

const mark = (rowId: string, editing = false) => ({
  userId: "u",
  name: "王敏",
  color: "teal",
  rowId,
  key: "name",
  editing,
});

describe("another person's label", () => {
  it("collapses two seconds after the last move", () => {
    const peers = new Peers();
    peers.set([mark("a")], 1000);
    peers.set([mark("a")], 2500);
    expect(peers.states(2900)[0]?.full).toBe(true);
    expect(peers.nextChange(2900)).toBe(100);
    expect(peers.states(3000)[0]?.full).toBe(false);
    expect(peers.nextChange(3000)).toBeUndefined();
    peers.set([mark("b")], 4000);
    expect(peers.states(4100)[0]?.full).toBe(true);
  });

  it("stays while they edit", () => {
    const peers = new Peers();
    peers.set([mark("a", true)], 0);
    expect(peers.states(60_000)[0]?.full).toBe(true);
  });
});

describe("a flash", () => {
  it("fades and is forgotten", () => {
    const flashes = new Flashes();
    flashes.add([{ rowId: "a", key: "name" }], "reject", 0);
    expect(flashes.tick(700)).toBe(true);
    expect(flashes.at("a", "name", 700)).toEqual({ kind: "reject", strength: 0.5 });
    expect(flashes.at("a", "other", 700)).toBeUndefined();
    expect(flashes.tick(1400)).toBe(false);
    expect(flashes.at("a", "name", 1400)).toBeUndefined();
  });
});
