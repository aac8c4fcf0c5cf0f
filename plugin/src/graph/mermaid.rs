//! The graph as a Mermaid flowchart, which forges draw in comments and documents.

use super::words::{DELETION, PRUNING};
use super::{Graph, Object};
use crate::report::printable;

impl Graph {
    /// The graph as a Mermaid flowchart.
    pub fn mermaid(&self) -> String {
        let mut lines = vec!["flowchart TD".to_owned()];
        let about = [vec![self.headline()], self.introduction()].concat();
        lines.push(format!("  about{}", label(&about)));
        for (at, step) in self.steps.iter().enumerate() {
            let mut title = vec![self.title(step)];
            // What follows a step stands at the edge to the next one; the last has none.
            if let (true, Some((words, conditions))) = (self.is_end(at), self.onward(step)) {
                title.push(words.to_owned());
                title.extend(conditions);
            }
            lines.push(format!("  subgraph step{at}{}", label(&title)));
            lines.extend(step.objects.iter().map(|index| format!("    object{index}{}", self.object(*index))));
            lines.push("  end".to_owned());
        }
        self.between_steps(&mut lines);
        for (index, object) in self.objects.iter().enumerate() {
            for need in &object.needs {
                let Some(by) = need.by else { continue };
                let words = self.edge(object, need, &self.objects[by]);
                lines.push(format!("  object{by} -.->|{}| object{index}", quoted(&[words])));
            }
        }
        self.removed(&mut lines);
        lines.iter().map(|line| format!("{line}\n")).collect()
    }

    fn is_end(&self, at: usize) -> bool {
        self.steps.get(at + 1).is_none_or(|next| !next.phase.is_of_sync())
    }

    fn between_steps(&self, lines: &mut Vec<String>) {
        if self.steps.first().is_some_and(|step| step.phase.is_of_sync()) {
            lines.push("  about --> step0".to_owned());
        }
        for (at, step) in self.steps.iter().enumerate().filter(|(at, _)| !self.is_end(*at)) {
            let Some((words, conditions)) = self.onward(step) else { continue };
            let words = [vec![words.to_owned()], conditions].concat();
            lines.push(format!("  step{at} ==>|{}| step{}", quoted(&words), at + 1));
        }
    }

    fn object(&self, index: usize) -> String {
        let object: &Object = &self.objects[index];
        let mut words = vec![object.name.to_string()];
        words.extend(object.marks());
        words.extend(object.notes());
        // What is of the set has an edge.
        let elsewhere = object.needs.iter().filter(|need| need.by.is_none());
        words.extend(elsewhere.map(|need| self.need(object, need)));
        label(&words)
    }

    fn removed(&self, lines: &mut Vec<String>) {
        lines.push(format!("  subgraph removal{}", label(&["removal".to_owned(), PRUNING.to_owned()])));
        let stages = self.stages();
        lines.extend(
            stages.iter().enumerate().map(|(at, stage)| format!("    stage{at}{}", label(std::slice::from_ref(stage)))),
        );
        let rules = [vec![DELETION.to_owned()], self.exceptions()].concat();
        lines.push(format!("    rules{}", label(&rules)));
        lines.push("  end".to_owned());
        lines.extend((1..stages.len()).map(|at| format!("  stage{} ==> stage{at}", at - 1)));
    }
}

fn label(lines: &[String]) -> String {
    format!("[{}]", quoted(lines))
}

/// Lines as one text of Mermaid, in which no character means anything.
fn quoted(lines: &[String]) -> String {
    let lines: Vec<String> = lines.iter().map(|line| escaped(&printable(line))).collect();
    format!("\"{}\"", lines.join("<br/>"))
}

/// Mermaid has entities as HTML has them, with `#` in place of `&`.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '"' | '#' | '%' | '&' | ';' | '<' | '>' | '\\' | '`' => escaped.push_str(&format!("#{};", c as u32)),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_character_means_anything() {
        let text = quoted(&["a \"b\" `c` <d> #e; 50% \u{1b}[1m".to_owned(), "f & g".to_owned()]);
        assert_eq!(text, "\"a #34;b#34; #96;c#96; #60;d#62; #35;e#59; 50#37; #92;u{1b}[1m<br/>f #38; g\"");
    }
}
