/** What a promise rejects with. (`expect().rejects` holds Bun's event loop until the next timer, which costs a second each time.) */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (thrown) {
    return thrown;
  }
  throw new Error("the promise did not reject");
}
