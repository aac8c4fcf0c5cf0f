//! Terraform for a tenant.

use super::Generation;
use crate::read::{At, choice, record};
use crate::spec::value::ModuleName;
use crate::tree::Node;

choice! {
    /// When Terraform runs.
    pub enum Run {
        /// When its inputs change.
        OnChange = "onChange",
        /// At every sync.
        EverySync = "everySync",
    }
}

choice! {
    /// Which plans need an approved hash. From loose to tight: the order is compared.
    pub enum Approval {
        /// None.
        None = "none",
        /// Those that destroy or replace something.
        Destructive = "destructive",
        /// All that change something.
        All = "all",
    }
}

choice! {
    /// Whether a lock may be broken.
    pub enum Unlock {
        /// Never.
        Never = "never",
        /// When its holder is provably gone.
        IfHolderGone = "ifHolderGone",
    }
}

record! {
    /// Terraform for the tenant.
    pub struct TerraformSpec {
        /// Whether there is any. Default: `true` where a module is given.
        enabled: Option<At<bool>>,
        /// The module: one of the platform's.
        module: Option<At<ModuleName>>,
        /// Variables, of those that the platform leaves to tenants.
        variables: Option<Node>,
        /// When it runs. Default: `onChange`.
        run: Option<Run>,
        /// A new number runs it again. Default: 1.
        generation: Option<Generation>,
        /// Which plans need an approved hash; never fewer than the platform's.
        approval: Option<At<Approval>>,
        /// Whether a lock may be broken; never more readily than the platform's.
        unlock: Option<At<Unlock>>,
        /// The hash of the plan that a person approved.
        approved_plan = "approvedPlan": Option<PlanHash>,
    }
}

crate::spec::value::text! {
    /// The hash of a list of changes, as the runner prints it.
    PlanHash, "a plan's hash", Some("^[0-9a-f]{16,64}$"), |text| {
        crate::spec::value::rule(
            (16..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte)),
            "16 to 64 lower-case hexadecimal digits",
        )
    }
}
