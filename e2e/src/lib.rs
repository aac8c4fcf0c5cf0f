//! A real Kubernetes and a real Argo CD on one machine, with no container engine and no downloads but packages.
//!
//! | module | what it defines |
//! | --- | --- |
//! | [`requirements`] | what the machine must have |
//! | [`cache`] | what is made once and kept |
//! | [`toolchain`], [`parts`] | the programs, built from pinned sources |
//! | [`authority`] | the certificates |
//! | [`debian`], [`image`], [`dockerfile`], [`images`], [`terraform_image`] | container images, and how each is made |
//! | [`store`], [`registryless`] | the images of every cluster, unpacked once; pods that ask no registry |
//! | [`node`], [`capacity`], [`cgroup`], [`component`] | a machine in namespaces of its own, and the processes on it |
//! | [`chamber`] | a container as a process, without a container engine |
//! | [`cluster`], [`ready`], [`interrupt`] | starting, finding and stopping one; waiting for it; breaking off |
//! | [`repository`], [`registry`], [`fleet`] | what a team has in git, and `testdata/fleet` in it |
//! | [`mirror`] | the real AWS provider, where there is one |
//! | [`aws`], [`account`], [`cloud`] | what stands for AWS; the account before the first tenant; the cloud that tests make things in |
//! | [`rights`] | who may do what in AWS |
//! | [`secrets`], [`argo`] | the External Secrets operator and Argo CD, as users install them |
//! | [`site`] | all of it but Argo CD |

pub mod account;
pub mod argo;
pub mod authority;
pub mod aws;
pub mod cache;
pub mod capacity;
pub mod cgroup;
pub mod chamber;
pub mod cloud;
pub mod cluster;
pub mod component;
pub mod debian;
pub mod dockerfile;
pub mod fleet;
pub mod image;
pub mod images;
pub mod interrupt;
pub mod mirror;
pub mod node;
pub mod parts;
pub mod process;
pub mod ready;
pub mod registry;
pub mod registryless;
pub mod repository;
pub mod requirements;
pub mod rights;
pub mod secrets;
pub mod site;
pub mod store;
pub mod terraform_image;
pub mod toolchain;
