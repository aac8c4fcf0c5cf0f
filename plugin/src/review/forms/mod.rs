//! The forms of a review, each from [`super::model`] alone.

mod around;
pub mod html;
mod inert;
pub mod json;
pub mod markdown;
mod room;
pub mod terminal;
