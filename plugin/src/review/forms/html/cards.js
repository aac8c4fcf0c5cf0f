// Cards. What is inside is made when it is first opened, and again when the search changes.
const drawSets = () => sets.forEach(set => {
  const swatch = el('span', `swatch ${set.look}`);
  swatch.setAttribute('aria-hidden', 'true');
  const summary = el('summary', '', el('h3', '', swatch, `Set ${shown(set.label)}: ${who(set)} ${statuses[set.status]}`),
    ...set.rules.map(ruleTag));
  const details = el('details', '', summary, el('div', 'body'));
  set.card = el('article', set.severe ? 'set severe' : 'set', details);
  set.card.dataset.label = set.label;
  details.open = set.severe;
  details.addEventListener('toggle', () => details.open && fill(set));
  at('sets').append(set.card);
});
const fill = set => {
  const key = state.query.join(' ');
  if (set.filled === key) return;
  set.filled = key;
  const body = set.card.querySelector('.body');
  body.replaceChildren();
  const before = wasBefore.has(set.status) ? 'before: ' : '';
  if (set.problems.length) body.append(el('ul', 'errors', ...set.problems.map(text => el('li', '', before, ...sentence(text)))));
  if (set.consequences.length) {
    body.append(el('ul', 'consequences', ...set.consequences.map(({rule, object, text}) => el('li', '', ruleTag(rule),
      el('div', '', ...sentence(text), ' ', object === null ? null : el('code', '', shown(object)))))));
  }
  body.append(members(set));
  if (set.objects.length) body.append(objects(set));
};
const titled = (text, ...rest) => el('div', 'titled', el('h4', '', text), ...rest);
const members = set => {
  const found = set.found?.members.size ? set.members.filter((_, place) => set.found.members.has(place)) : set.members;
  const list = el('ul', 'members');
  const draw = some => list.append(...some.map(({name, tier, ring}) => el('li', '', el('code', '', shown(name)),
    el('small', '', shown([' ', tier, ring].filter(Boolean).join(' '))))));
  draw(found.slice(0, MEMBERS));
  const all = found === set.members ? who(set) : `${found.length.toLocaleString('en')} of ${who(set)}, as searched`;
  const part = el('div', '', titled(all), list);
  if (found.length > MEMBERS) {
    const heading = part.querySelector('h4');
    // Said, for on paper there is no button.
    heading.textContent = `${all}, ${MEMBERS} of them shown`;
    const more = button(`Show all ${found.length.toLocaleString('en')}`, () => {
      draw(found.slice(MEMBERS));
      heading.textContent = all;
      more.remove();
    });
    part.firstChild.append(more);
  }
  return part;
};
const objects = set => {
  const found = set.found?.objects.size ? set.objects.filter((_, place) => set.found.objects.has(place)) : set.objects;
  const drawn = found.map(object => drawObject(object, found.length <= OPEN_OBJECTS && object.action !== 'created'));
  const of = set.members.length > 1 ? ` of ${shown(set.members[0].name)}; the others' differ in names alone` : '';
  const head = titled(`${found === set.objects ? '' : `${found.length} of `}${count(set.objects.length, 'object')}${of}`);
  const folded = drawn.filter(made => made.tagName === 'DETAILS');
  if (folded.length > 1) {
    head.append(button('Unfold all', () => folded.forEach(made => made.open = true)),
      button('Fold all', () => folded.forEach(made => made.open = false)));
  }
  return el('div', '', head, ...drawn);
};
const drawObject = (object, open) => {
  const before = object.nameBefore === null && object.namespaceBefore === null ? '' :
    ` (was ${object.namespaceBefore === null ? '' : object.namespaceBefore + '/'}${object.nameBefore ?? object.name})`;
  const sign = el('span', 'sign', SIGNS[object.action]);
  sign.setAttribute('aria-hidden', 'true');
  const more = object.fields.length ? `, ${count(object.fields.length, 'field')}` : '';
  const line = [sign, el('code', '', shown(title(object))), el('small', '', `${shown(before)} ${object.action}${more}`)];
  if (!object.fields.length && object.content === null) return el('div', `object ${object.action}`, el('p', '', ...line));
  const made = el('details', `object ${object.action}`, el('summary', '', ...line));
  made.fillIn = () => made.childElementCount === 1 && made.append(drawFields(object));
  made.addEventListener('toggle', () => made.open && made.fillIn());
  if (open) {
    made.open = true;
    made.fillIn();
  }
  return made;
};
const value = (tag, held) => {
  const text = lines(JSON.stringify(held, null, 2));
  return el(tag, text.includes('\n') ? 'long' : '', text);
};
const drawFields = object => {
  const fields = object.fields.map(({path, before, after}) => el('div', '', el('code', 'path', shown(path)),
    before === null ? null : value('del', before), after === null ? null : value('ins', after)));
  const content = object.content === null ? null : el('pre', '', lines(JSON.stringify(object.content, null, 2)));
  return el('div', 'fields', ...fields, content, el('small', '', `Wave ${object.wave}, from ${shown(object.template)}`));
};
