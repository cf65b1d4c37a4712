// Finds what a person can see and reach, by the role and the name that assistive technology tells them.

const [role, name] = arguments;

const NATIVE = {
  button: 'button, summary, input[type=button], input[type=submit]',
  checkbox: 'input[type=checkbox]',
  combobox: 'select',
  dialog: 'dialog',
  heading: 'h1, h2, h3, h4',
  img: 'img',
  link: 'a[href]',
  list: 'ul, ol',
  listitem: 'li',
  radio: 'input[type=radio]',
  slider: 'input[type=range]',
  textbox: 'input:not([type]), input[type=text], textarea',
};

function nameOf(element) {
  const referred = element.getAttribute('aria-labelledby')?.split(/\s+/) ?? [];
  const texts = referred.map((id) => document.getElementById(id)?.textContent ?? '');
  const labels = [...(element.labels ?? [])].map((label) => label.textContent);
  const named = [element.getAttribute('aria-label'), texts.join(' '), labels.join(' '), element.alt];
  const text = [...named, element.textContent, element.title].find((candidate) => candidate?.trim()) ?? '';
  return text.replace(/\s+/g, ' ').trim();
}

function isReachable(element) {
  if (element.closest('[inert], [aria-hidden=true], dialog:not([open])')) return false;
  const modal = document.querySelector('dialog:modal');
  if (modal && !modal.contains(element)) return false;
  return element.getClientRects().length > 0 && getComputedStyle(element).visibility === 'visible';
}

const natives = NATIVE[role] ? `, :is(${NATIVE[role]}):not([role])` : '';
const all = [...document.querySelectorAll(`[role=${role}]${natives}`)].filter(isReachable);
const exact = all.filter((element) => nameOf(element) === name);
return exact.length > 0 ? exact : all.filter((element) => nameOf(element).includes(name));
