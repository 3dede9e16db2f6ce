/** More than any gateway answers, and little enough for memory: 1 MiB. */
const ANSWER_BYTES_MAX = 1_048_576;

/** Reads the body of a gateway's answer as text. Throws if it is longer than {@linkcode ANSWER_BYTES_MAX}. */
export async function readText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length;
    if (bytes > ANSWER_BYTES_MAX) throw new Error("the answer is too long");
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
