//! What one set of templates may use up, so that a template that loops for ever ends with an error.

/// How many values a tenant's templates may make. A large tenant makes some thousands.
const MAX_NODES: usize = 60_000;
/// How many expressions may be evaluated for one tenant. With the fuel of each this bounds the time.
const MAX_EVALUATIONS: usize = 20_000;

/// What is left for the templates of one tenant.
#[derive(Clone, Debug)]
pub struct Budget {
    nodes: usize,
    evaluations: usize,
    told: bool,
}

impl Default for Budget {
    fn default() -> Self {
        Self { nodes: MAX_NODES, evaluations: MAX_EVALUATIONS, told: false }
    }
}

impl Budget {
    /// Takes `count` values; false when nothing is left.
    pub(super) fn nodes(&mut self, count: usize) -> bool {
        let enough = self.nodes >= count;
        self.nodes = self.nodes.saturating_sub(count);
        enough
    }

    /// Takes one evaluation; false when nothing is left.
    pub(super) fn evaluation(&mut self) -> bool {
        let enough = self.evaluations > 0;
        self.evaluations = self.evaluations.saturating_sub(1);
        enough
    }

    /// Whether nothing is left, so that no further work is begun.
    pub(super) fn is_spent(&self) -> bool {
        self.nodes == 0 || self.evaluations == 0
    }

    /// True the first time only: the end of the budget is one problem, however many places notice it.
    pub(super) fn tell_once(&mut self) -> bool {
        !std::mem::replace(&mut self.told, true)
    }
}
