//! The graph as text for people.

use super::Graph;
use super::words::{DELETION, PRUNING};
use crate::report::printable;

impl Graph {
    /// The graph as text: what begins a line without a space is a heading.
    pub fn text(&self) -> String {
        let mut lines = vec![self.headline()];
        lines.extend(self.introduction().into_iter().map(|line| format!("  {line}")));
        for step in &self.steps {
            lines.extend([String::new(), self.title(step)]);
            for object in step.objects.iter().map(|index| &self.objects[*index]) {
                let marks = object.marks().map(|marks| format!("  [{marks}]")).unwrap_or_default();
                lines.push(format!("  {}{marks}", object.name));
                let needs = object.needs.iter().map(|need| self.need(object, need));
                lines.extend(object.notes().into_iter().chain(needs).map(|line| format!("    {line}")));
            }
            if let Some((title, conditions)) = self.onward(step) {
                lines.push(format!("  -> {title}"));
                lines.extend(conditions.into_iter().map(|line| format!("     {line}")));
            }
        }
        lines.extend([String::new(), "removal".to_owned(), format!("  {PRUNING}")]);
        lines.extend(self.stages().into_iter().map(|line| format!("    {line}")));
        lines.push(format!("  {DELETION}"));
        lines.extend(self.exceptions().into_iter().map(|line| format!("  {line}")));
        lines.iter().map(|line| printable(line) + "\n").collect()
    }
}
