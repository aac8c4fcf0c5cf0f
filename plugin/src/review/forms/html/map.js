// The map: a cell knows its set and member by its place.
const map = at('map'), cells = [], owners = [];
const drawMap = () => {
  const all = document.createDocumentFragment();
  sets.forEach((set, of) => set.members.forEach((member, place) => {
    const cell = document.createElement('div');
    cell.className = `cell ${set.look}`;
    cell.id = `cell-${cells.length}`;
    cell.setAttribute('role', 'option');
    cell.setAttribute('aria-selected', 'false');
    cells.push(cell);
    owners.push({of, place});
    all.append(cell);
  }));
  map.classList.toggle('dense', cells.length > DENSE);
  map.append(all);
  map.hidden = at('keys').hidden = !cells.length;
};
const describe = place => {
  const {of, place: member} = owners[place], set = sets[of], {name, tier, ring} = set.members[member];
  const parts = [name, `set ${set.label}`, set.status, tier && `tier ${tier}`, ring && `ring ${ring}`, set.rules.join(', ')];
  return shown(parts.filter(Boolean).join(' · '));
};
const tell = place => {
  at('here').textContent = describe(place);
  // Names for those who hear the page are made as they are come to: there may be ten thousand.
  cells[place].setAttribute('aria-label', at('here').textContent);
};
const go = place => {
  if (!cells.length) return;
  const to = Math.max(0, Math.min(cells.length - 1, place));
  if (cells[state.here]) cells[state.here].classList.remove('here');
  state.here = to;
  cells[to].classList.add('here');
  tell(to);
  map.setAttribute('aria-activedescendant', cells[to].id);
  cells[to].scrollIntoView({block: 'nearest'});
};
const columns = () => getComputedStyle(map).gridTemplateColumns.split(' ').length;
const placeOf = event => event.target.classList.contains('cell') ? Number(event.target.id.slice(5)) : -1;
map.addEventListener('mouseover', event => placeOf(event) >= 0 && tell(placeOf(event)));
map.addEventListener('focus', () => map.matches(':focus-visible') && go(Math.max(0, state.here)));
map.addEventListener('click', event => {
  const place = placeOf(event);
  if (place < 0) return;
  go(place);
  choose(owners[place].of, false);
});
map.addEventListener('keydown', event => {
  const to = {
    ArrowLeft: () => state.here - 1, ArrowRight: () => state.here + 1, ArrowUp: () => state.here - columns(),
    ArrowDown: () => state.here + columns(), Home: () => 0, End: () => cells.length - 1,
  }[event.key];
  if (event.ctrlKey || event.altKey || event.metaKey) return;
  if (to) {
    const place = to();
    // Up and down stay where they are at the edges: a jump along the row would be taken for a move of one.
    if (place >= 0 && place < cells.length) go(place);
  } else if ((event.key === 'Enter' || event.key === ' ') && state.here >= 0) {
    choose(owners[state.here].of, true);
  } else {
    return;
  }
  event.preventDefault();
});
