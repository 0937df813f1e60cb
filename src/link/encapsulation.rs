//! Which headers stand around a payload.

use super::Hidden;
use crate::limits::MAX_NESTING;

/// The headers around a payload, outermost first. Small and copied freely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Encapsulation {
    layers: [Option<Layer>; MAX_NESTING],
}

/// A kind of header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    /// Ethernet.
    Ethernet,
    /// A VLAN tag, of IEEE 802.1Q or 802.1ad.
    Vlan,
    /// IEEE 802.2 LLC with SNAP.
    Llc,
    /// Linux cooked capture.
    Sll,
    /// Linux cooked capture, version 2.
    Sll2,
    /// BSD loopback.
    Null,
    /// OpenBSD loopback.
    Loop,
    /// IPv4.
    Ipv4,
    /// IPv6.
    Ipv6,
}

impl Encapsulation {
    /// The headers, outermost first.
    pub fn layers(&self) -> impl Iterator<Item = Layer> + use<> {
        self.layers.into_iter().flatten()
    }

    /// Their names: `eth`, `vlan`, `ipv4`.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.layers().map(Layer::name)
    }

    /// Adds a header inside the others.
    pub(super) fn within(mut self, layer: Layer) -> Result<Self, Hidden<'static>> {
        let free = self.layers.iter_mut().find(|layer| layer.is_none()).ok_or(Hidden::TooDeep)?;
        *free = Some(layer);
        Ok(self)
    }
}

impl Layer {
    /// The name used in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ethernet => "eth",
            Self::Vlan => "vlan",
            Self::Llc => "llc",
            Self::Sll => "sll",
            Self::Sll2 => "sll2",
            Self::Null => "null",
            Self::Loop => "loop",
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_outermost_first() {
        let layers = Encapsulation::default().within(Layer::Ethernet).unwrap();
        let layers = layers.within(Layer::Vlan).unwrap().within(Layer::Ipv4).unwrap();
        assert_eq!(layers.names().collect::<Vec<_>>(), ["eth", "vlan", "ipv4"]);
    }

    #[test]
    fn the_cap_on_nesting_is_a_reason_not_a_loss() {
        let full =
            (0..MAX_NESTING).fold(Encapsulation::default(), |layers, _| layers.within(Layer::Vlan).unwrap());
        assert_eq!(full.within(Layer::Ipv4), Err(Hidden::TooDeep));
        assert_eq!(full.layers().count(), MAX_NESTING);
    }
}
