import assert from "node:assert/strict";
import { test } from "node:test";
import { refusal } from "../src/net/refusal";

const answering = (status: number, text: string) => () => Promise.resolve({ status, text: () => Promise.resolve(text) });

test("a server that asks for another token is told from one that is not there", async () => {
  assert.match((await refusal(answering(401, "this server asks for a token")))!, /Open the address that the server printed/);
  assert.equal(await refusal(() => Promise.reject(new TypeError("Failed to fetch"))), null);
});

test("other reasons are the server's own, as a sentence", async () => {
  assert.equal(await refusal(answering(503, "too many connections\n")), "Too many connections.");
  assert.equal(await refusal(answering(421, "this server does not answer to that name")), "This server does not answer to that name.");
});

test("a server that is well, or has another trouble, says nothing of the page", async () => {
  assert.equal(await refusal(answering(200, "ok")), null);
  assert.equal(await refusal(answering(502, "<html>bad gateway</html>")), null);
});
