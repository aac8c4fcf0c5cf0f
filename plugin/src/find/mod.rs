//! Finds the files: the tenant's, its platform's, and what lies beside them.

mod disk;
mod files;
mod git;
mod locate;
mod manifests;
mod memory;
mod noted;
mod refusal;
mod walk;

pub use disk::{Disk, relative};
pub use files::{Files, Kind, Listed, is_within, join, parent};
pub use git::{Commit, Meeting, ObjectId, Repository, Tree};
pub use locate::{Mode, PLATFORM_FILE, Place, TENANT_FILE, holds, locate};
pub use manifests::manifests;
pub use memory::Memory;
pub use noted::{Note, Noted};
pub use walk::{Folder, walk};
