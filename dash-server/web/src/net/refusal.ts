// Why a server that is there lets no WebSocket in: a browser tells a page of a failed one nothing.

const TIMEOUT = 5_000;
const NEW_TOKEN = "Open the address that the server printed: its token is new after each start.";

/** Asks a server for a sign of life; rejects if there is none. */
export type Knock = () => Promise<Pick<Response, "status" | "text">>;

/** The server's reason in a sentence; null if it is not there, or would let the page in. */
export async function refusal(knock: Knock = healthz): Promise<string | null> {
  try {
    const answer = await knock();
    if (answer.status === 401) return NEW_TOKEN;
    // It answers to other names now, or has no room left.
    if (answer.status !== 421 && answer.status !== 503) return null;
    const reason = (await answer.text()).trim();
    return reason && `${reason[0]!.toUpperCase()}${reason.slice(1)}.`;
  } catch {
    return null;
  }
}

function healthz(): Promise<Response> {
  return fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(TIMEOUT) });
}
