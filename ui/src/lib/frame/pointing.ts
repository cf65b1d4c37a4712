// Whether the person uses the mouse or the keys: the ring around what has the focus is for the keys. A web view goes on
// showing it when the focus is moved by what a click does.

const MODIFIERS = ['Alt', 'Control', 'Meta', 'Shift'];

/** Notes it on the document until the function it gives back is called. */
export function followPointing(): () => void {
  const root = document.documentElement;
  const pointed = () => (root.dataset['pointing'] = '');
  const typed = ({ key }: KeyboardEvent) => {
    if (!MODIFIERS.includes(key)) delete root.dataset['pointing'];
  };
  addEventListener('pointerdown', pointed, true);
  addEventListener('keydown', typed, true);
  return () => {
    removeEventListener('pointerdown', pointed, true);
    removeEventListener('keydown', typed, true);
    delete root.dataset['pointing'];
  };
}
