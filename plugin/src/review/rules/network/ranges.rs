//! Addresses as spans of numbers, so that ranges are compared by what they hold, however they are cut.

use std::net::IpAddr;

use ipnet::IpNet;

/// Addresses of one family, from the first to the last of each span.
pub(super) struct Addresses {
    is_v4: bool,
    spans: Vec<(u128, u128)>,
}

impl Addresses {
    /// A range without its holes.
    pub(super) fn of(net: &IpNet, holes: &[IpNet]) -> Self {
        let is_v4_net = is_v4(net);
        let mut all = Self { is_v4: is_v4_net, spans: vec![span(net)] };
        for hole in holes.iter().filter(|hole| is_v4(hole) == is_v4_net) {
            all.take(span(hole));
        }
        all
    }

    /// Those that are not among others.
    pub(super) fn without(mut self, others: &Self) -> Self {
        if self.is_v4 == others.is_v4 {
            others.spans.iter().for_each(|span| self.take(*span));
        }
        self
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.spans.is_empty()
    }

    fn take(&mut self, (first, last): (u128, u128)) {
        let mut left = Vec::with_capacity(self.spans.len() + 1);
        for (start, end) in self.spans.drain(..) {
            if last < start || end < first {
                left.push((start, end));
                continue;
            }
            if start < first {
                left.push((start, first - 1));
            }
            if last < end {
                left.push((last + 1, end));
            }
        }
        self.spans = left;
    }
}

fn is_v4(net: &IpNet) -> bool {
    matches!(net, IpNet::V4(_))
}

fn span(net: &IpNet) -> (u128, u128) {
    let number = |address| match address {
        IpAddr::V4(address) => u128::from(u32::from(address)),
        IpAddr::V6(address) => u128::from(address),
    };
    (number(net.network()), number(net.broadcast()))
}
