// For what would only flicker if it were shown at once: it comes late, and goes at once.

/** Long enough for all that is quick. */
const LONG = 500;

/** Whether this has held for a while. Call it while a component starts. */
export function lasting(condition: () => boolean): () => boolean {
  const holds = $derived(condition());
  let long = $state(false);
  $effect(() => {
    if (!holds) return;
    const timer = setTimeout(() => (long = true), LONG);
    return () => {
      clearTimeout(timer);
      long = false;
    };
  });
  return () => holds && long;
}
