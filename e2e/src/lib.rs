//! A real Kubernetes and a real Argo CD on one machine, with no container engine and no downloads but packages.
//!
//! | module | what it defines |
//! | --- | --- |
//! | [`requirements`] | what the machine must have |
//! | [`cache`] | what is made once and kept |
//! | [`toolchain`], [`parts`] | the programs, built from pinned sources |
//! | [`authority`] | the certificates |
//! | [`debian`], [`image`], [`dockerfile`], [`images`] | container images, and how each is made |
//! | [`store`] | the images of every cluster, unpacked once |
//! | [`node`], [`capacity`], [`component`] | a machine in namespaces of its own, and the processes on it |
//! | [`cluster`], [`ready`], [`interrupt`] | starting, finding and stopping one; waiting for it; breaking off |
//! | [`argo`], [`secrets`] | Argo CD and the External Secrets operator on it, as users install them |
//! | [`repository`], [`registry`], [`fleet`] | what a team has in git, and `testdata/fleet` in it |

pub mod argo;
pub mod authority;
pub mod cache;
pub mod capacity;
pub mod cluster;
pub mod component;
pub mod debian;
pub mod dockerfile;
pub mod fleet;
pub mod image;
pub mod images;
pub mod interrupt;
pub mod node;
pub mod parts;
pub mod process;
pub mod ready;
pub mod registry;
pub mod repository;
pub mod requirements;
pub mod secrets;
pub mod store;
pub mod toolchain;
