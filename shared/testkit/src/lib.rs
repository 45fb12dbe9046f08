//! Native stand-ins for the platform, with faults to inject. For tests only.
