/** A table that is wider than its place scrolls in itself, by the keyboard too. */
export function Scroll({
  label,
  children,
}: {
  readonly label: string;
  readonly children: preact.ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard.
    <section class="scroll" aria-label={`${label}: table`} tabIndex={0}>
      {children}
    </section>
  );
}
