//! The design system: layout, components, forms, error pages.
