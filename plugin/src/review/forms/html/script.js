// The page as a whole: its header, what is searched for, what is chosen, its keys.

const commitOf = ({name, commit}) => commit && !commit.startsWith(name) ? `${name} is ${commit.slice(0, 10)}` : '';
const drawHeader = () => {
  const {counts} = review;
  at('sides').textContent = shown([review.base, review.head].map(commitOf).filter(Boolean).join(', '));
  for (const [number, word] of [[counts.failing, 'failing'], [counts.removed, 'removed'], [counts.changed, 'changed'],
    [counts.added, 'added'], [counts.unchanged, 'unchanged']]) {
    if (number) at('counts').append(el('li', word === 'failing' ? 'bad' : '', el('b', '', number.toLocaleString('en')), word));
  }
  for (const of of [review.base, review.head]) {
    for (const note of of.notes ?? []) at('notes').append(el('li', '', shown(note)));
    for (const other of of.otherVersions) {
      at('notes').append(el('li', '', shown(`${other.cell || 'The platform file'} of ${of.name} asks for tenantry ` +
        `${other.version}, and is rendered with ${words.version}`)));
    }
    for (const problem of of.problems) at('notes').append(el('li', '', el('b', '', 'error'), shown(` in ${of.name}: ${problem}`)));
  }
  at('notes').hidden = !at('notes').childElementCount;
  at('release').hidden = !sets.some(set => set.rules.includes('RELEASE'));
  at('unchanged').append(el('span', '', `${counts.unchanged.toLocaleString('en')} unchanged`));
  // Two rows of cells, as many as there are, up to the width of the page.
  at('unchanged').style.maxWidth = `calc(${Math.ceil(counts.unchanged / 2)} * (1rem + 3px))`;
  at('unchanged').hidden = !counts.unchanged;
};

const drawFlags = () => {
  for (const {word} of words.rules) {
    const hit = sets.filter(set => set.rules.includes(word));
    if (!hit.length) continue;
    const tenants = hit.reduce((sum, set) => sum + set.members.length, 0);
    const flag = button('', () => {
      const on = !state.flags.delete(word);
      if (on) state.flags.add(word);
      update();
    });
    flag.append(el('b', '', word), ` ${tenants.toLocaleString('en')}`);
    flag.setAttribute('aria-label', `${word}: ${count(hit.length, 'set')}, ${tenants.toLocaleString('en')} affected`);
    flag.dataset.rule = word;
    if (destructive.has(word)) flag.className = 'bad';
    at('flags').append(flag);
  }
};

const choose = (of, focus) => {
  const again = state.chosen === of && !focus;
  if (sets[of].card.hidden) reset();
  state.chosen = again ? null : of;
  update();
  if (state.chosen === null) return;
  const {card} = sets[of];
  card.firstChild.open = true;
  fill(sets[of]);
  if (focus) card.querySelector('summary').focus({preventScroll: true});
  card.scrollIntoView({block: 'start', behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth'});
};

// Searching: every word has to be somewhere in the same member, object, or what a set comes to.
const lower = (...parts) => parts.filter(part => part !== null).join(' ').toLowerCase();
const index = set => set.index ??= {
  own: lower('set ' + set.label, ...set.problems, ...set.consequences.flatMap(c => [c.rule, c.object, c.text])),
  members: set.members.map(m => lower(m.name, m.folder, m.tier, m.ring)),
  objects: set.objects.map(o => lower(title(o), o.nameBefore, o.template, JSON.stringify([o.fields, o.content]))),
};
const search = set => {
  if (!state.query.length) return null;
  const hit = text => state.query.every(word => text.includes(word));
  const places = texts => new Set(texts.flatMap((text, place) => hit(text) ? [place] : []));
  const {own, members, objects} = index(set);
  return {own: hit(own), members: places(members), objects: places(objects)};
};

const update = () => {
  let seenSets = 0, seenTenants = 0, cell = 0;
  map.classList.toggle('choosing', state.chosen !== null);
  for (const [of, set] of sets.entries()) {
    set.found = search(set);
    const flagged = !state.flags.size || set.rules.some(rule => state.flags.has(rule));
    const all = flagged && (!set.found || set.found.own || set.found.objects.size > 0);
    set.card.hidden = !flagged || !(all || set.found.members.size);
    set.card.classList.toggle('chosen', state.chosen === of);
    seenSets += set.card.hidden ? 0 : 1;
    for (let place = 0; place < set.members.length; place++, cell++) {
      const lit = all || flagged && set.found.members.has(place), chosen = state.chosen === of;
      seenTenants += lit ? 1 : 0;
      cells[cell].className = `cell ${set.look}${lit ? '' : ' off'}${chosen ? ' chosen' : ''}${cell === state.here ? ' here' : ''}`;
      if (set.wasChosen !== chosen) cells[cell].setAttribute('aria-selected', String(chosen));
    }
    set.wasChosen = state.chosen === of;
    if (!set.card.hidden && set.card.firstChild.open) fill(set);
  }
  for (const flag of at('flags').children) flag.setAttribute('aria-pressed', String(state.flags.has(flag.dataset.rule)));
  const narrowed = state.query.length || state.flags.size;
  at('found').textContent = (narrowed ? `${seenSets} of ` : '') + count(sets.length, 'set') + ', ' +
    (narrowed ? `${seenTenants.toLocaleString('en')} of ` : '') + `${total.toLocaleString('en')} to which something happens` +
    (state.chosen === null ? '' : `; set ${shown(sets[state.chosen].label)} chosen`);
  at('clear').hidden = !narrowed && state.chosen === null;
};
const reset = () => {
  state.query = [];
  state.flags.clear();
  state.chosen = null;
  at('search').value = '';
};

let waiting = 0;
at('search').addEventListener('input', () => {
  clearTimeout(waiting);
  waiting = setTimeout(() => {
    state.query = at('search').value.toLowerCase().split(/\s+/).filter(Boolean);
    update();
  }, 60);
});
at('clear').addEventListener('click', () => {
  reset();
  update();
  at('search').focus();
});
document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing) return;
  if (event.key === '/' && event.target !== at('search')) {
    event.preventDefault();
    at('search').focus();
    at('search').select();
  } else if (event.key === 'Escape') {
    clearTimeout(waiting);
    reset();
    update();
  }
});

// On paper nothing can be opened.
let opened = [];
addEventListener('beforeprint', () => {
  const open = made => {
    if (!made.open) opened.push(made);
    made.open = true;
  };
  for (const set of sets) {
    open(set.card.firstChild);
    fill(set);
  }
  for (const made of document.querySelectorAll('details.object')) {
    open(made);
    // The event that it was opened comes too late.
    made.fillIn();
  }
});
addEventListener('afterprint', () => {
  for (const made of opened) made.open = false;
  opened = [];
});

drawHeader();
drawFlags();
drawMap();
drawSets();
document.querySelector('main').hidden = false;
update();
