// What the others draw with, and the sets in the order of the page.

// Whatever comes of the review is put in as text, never as HTML.
const at = id => document.getElementById(id);
const review = JSON.parse(at('review').textContent);
const words = JSON.parse(at('words').textContent);
const statuses = Object.fromEntries(words.statuses);
// Their problems are those of the earlier side.
const wasBefore = new Set(['mended', 'removed']);
const MEMBERS = 60, OPEN_OBJECTS = 8, DENSE = 1500;
const SIGNS = {deleted: '−', replaced: '±', changed: '~', created: '+'};

// What a reader's screen would obey, or what turns the order of letters round.
const OBEYED = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2066-\u2069]/g;
const escaped = c => `\\u{${c.codePointAt(0).toString(16)}}`;
const lines = text => String(text).replace(OBEYED, escaped);
const shown = text => lines(text).replace(/\n/g, escaped);

// An element with a class, attributes and children; texts among them become text.
const el = (tag, name, ...children) => {
  const made = document.createElement(tag);
  if (name) made.className = name;
  made.append(...children.filter(child => child !== null && child !== ''));
  return made;
};
// A sentence: what stands between backticks is a name.
const sentence = text => shown(text).split(/(`[^`]+`)/).map((part, place) => place % 2 ? el('code', 'name', part.slice(1, -1)) : part);
const button = (text, pressed) => {
  const made = el('button', '', text);
  made.type = 'button';
  made.addEventListener('click', pressed);
  return made;
};
const count = (number, word) => `${number.toLocaleString('en')} ${word}${number === 1 ? '' : 's'}`;

const destructive = new Set(words.rules.filter(rule => rule.isDestructive).map(rule => rule.word));
const isSevere = set => set.status === 'failing' || set.consequences.some(found => destructive.has(found.rule));
const rulesOf = set => words.rules.map(rule => rule.word).filter(word => set.consequences.some(c => c.rule === word));
const ruleTag = word => el('span', destructive.has(word) ? 'rule bad' : 'rule', word);
const title = object => `${object.kind} ${object.namespace === null ? '' : object.namespace + '/'}${object.name}`;
const who = set => count(set.members.length, set.members.every(m => m.isPlatform) ? 'platform' : 'tenant');

// The sets as they are drawn: what destroys first.
const sets = [...review.sets.filter(isSevere), ...review.sets.filter(set => !isSevere(set))].map((set, place) => ({
  ...set,
  severe: isSevere(set),
  rules: rulesOf(set),
  // 7 colours and 4 patterns: neighbours differ in both, and no two of 28 are the same.
  look: `${isSevere(set) ? 'c-bad' : 'c' + place % 7} p${place % 4}`,
}));
const state = {query: [], flags: new Set(), chosen: null, here: -1};
const total = sets.reduce((sum, set) => sum + set.members.length, 0);
