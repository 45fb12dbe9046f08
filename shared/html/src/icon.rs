//! Icons, drawn inline in the color of the text around them. They say nothing of their own: the words beside them do.
//!
//! The paths are from Lucide (ISC and MIT): shared/html/NOTICE.md.

use maud::{Markup, PreEscaped, html};

/// An icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Icon {
    /// `house`.
    Home,
    /// `inbox`.
    Inbox,
    /// `ticket`.
    Ticket,
    /// `users`.
    Users,
    /// `circle-user-round`.
    User,
    /// `contact-round`.
    Contact,
    /// `credit-card`.
    Card,
    /// `key-round`.
    Key,
    /// `webhook`.
    Webhook,
    /// `download`.
    Download,
    /// `scroll-text`.
    Scroll,
    /// `chart-no-axes-column`.
    Chart,
    /// `bell`.
    Bell,
    /// `settings`.
    Settings,
    /// `shield-check`.
    Shield,
    /// `lock`.
    Lock,
    /// `globe`.
    Globe,
    /// `palette`.
    Palette,
    /// `flag`.
    Flag,
    /// `wrench`.
    Wrench,
    /// `megaphone`.
    Megaphone,
    /// `layers`.
    Layers,
    /// `building-2`.
    Building,
    /// `search`.
    Search,
    /// `menu`.
    Menu,
    /// `chevron-down`.
    ChevronDown,
    /// `chevron-right`.
    ChevronRight,
    /// `chevrons-up-down`.
    ChevronsUpDown,
    /// `arrow-up`.
    ArrowUp,
    /// `arrow-down`.
    ArrowDown,
    /// `check`.
    Check,
    /// `circle-check`.
    CircleCheck,
    /// `circle-alert`.
    CircleAlert,
    /// `info`.
    Info,
    /// `triangle-alert`.
    Warning,
    /// `clock`.
    Clock,
    /// `copy`.
    Copy,
    /// `eye`.
    Eye,
    /// `x`.
    Close,
    /// `plus`.
    Plus,
    /// `trash-2`.
    Trash,
    /// `pencil`.
    Pencil,
    /// `send`.
    Send,
    /// `log-out`.
    LogOut,
    /// `sun`.
    Sun,
    /// `moon`.
    Moon,
    /// `monitor`.
    Monitor,
    /// `external-link`.
    External,
    /// `code`.
    Code,
    /// `mail`.
    Mail,
    /// `play`.
    Play,
    /// `pause`.
    Pause,
    /// `refresh-cw`.
    Refresh,
    /// `activity`.
    Activity,
    /// `link`.
    Link,
    /// `smartphone`.
    Smartphone,
    /// `list-filter`.
    Filter,
    /// `package`.
    Box,
    /// `file-text`.
    File,
    /// `circle-question-mark`.
    Help,
    /// `ellipsis`.
    Dots,
    /// `server`.
    Server,
    /// `life-buoy`.
    Life,
    /// `circle`.
    Circle,
}
impl Icon {
    /// Every icon, for the page of components.
    pub const ALL: &[(Self, &str)] = &[
        (Self::Home, "house"),
        (Self::Inbox, "inbox"),
        (Self::Ticket, "ticket"),
        (Self::Users, "users"),
        (Self::User, "circle-user-round"),
        (Self::Contact, "contact-round"),
        (Self::Card, "credit-card"),
        (Self::Key, "key-round"),
        (Self::Webhook, "webhook"),
        (Self::Download, "download"),
        (Self::Scroll, "scroll-text"),
        (Self::Chart, "chart-no-axes-column"),
        (Self::Bell, "bell"),
        (Self::Settings, "settings"),
        (Self::Shield, "shield-check"),
        (Self::Lock, "lock"),
        (Self::Globe, "globe"),
        (Self::Palette, "palette"),
        (Self::Flag, "flag"),
        (Self::Wrench, "wrench"),
        (Self::Megaphone, "megaphone"),
        (Self::Layers, "layers"),
        (Self::Building, "building-2"),
        (Self::Search, "search"),
        (Self::Menu, "menu"),
        (Self::ChevronDown, "chevron-down"),
        (Self::ChevronRight, "chevron-right"),
        (Self::ChevronsUpDown, "chevrons-up-down"),
        (Self::ArrowUp, "arrow-up"),
        (Self::ArrowDown, "arrow-down"),
        (Self::Check, "check"),
        (Self::CircleCheck, "circle-check"),
        (Self::CircleAlert, "circle-alert"),
        (Self::Info, "info"),
        (Self::Warning, "triangle-alert"),
        (Self::Clock, "clock"),
        (Self::Copy, "copy"),
        (Self::Eye, "eye"),
        (Self::Close, "x"),
        (Self::Plus, "plus"),
        (Self::Trash, "trash-2"),
        (Self::Pencil, "pencil"),
        (Self::Send, "send"),
        (Self::LogOut, "log-out"),
        (Self::Sun, "sun"),
        (Self::Moon, "moon"),
        (Self::Monitor, "monitor"),
        (Self::External, "external-link"),
        (Self::Code, "code"),
        (Self::Mail, "mail"),
        (Self::Play, "play"),
        (Self::Pause, "pause"),
        (Self::Refresh, "refresh-cw"),
        (Self::Activity, "activity"),
        (Self::Link, "link"),
        (Self::Smartphone, "smartphone"),
        (Self::Filter, "list-filter"),
        (Self::Box, "package"),
        (Self::File, "file-text"),
        (Self::Help, "circle-question-mark"),
        (Self::Dots, "ellipsis"),
        (Self::Server, "server"),
        (Self::Life, "life-buoy"),
        (Self::Circle, "circle"),
    ];
    const fn shapes(self) -> &'static str {
        match self {
            Self::Home => {
                r#"<path d="M15 21v-8a1 1 0 0 0-1-1h-4a1 1 0 0 0-1 1v8"></path><path d="M3 10a2 2 0 0 1 .709-1.528l7-6a2 2 0 0 1 2.582 0l7 6A2 2 0 0 1 21 10v9a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z"></path>"#
            }
            Self::Inbox => {
                r#"<polyline points="22 12 16 12 14 15 10 15 8 12 2 12"></polyline><path d="M5.45 5.11 2 12v6a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-6l-3.45-6.89A2 2 0 0 0 16.76 4H7.24a2 2 0 0 0-1.79 1.11z"></path>"#
            }
            Self::Ticket => {
                r#"<path d="M2 9a3 3 0 0 1 0 6v2a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2v-2a3 3 0 0 1 0-6V7a2 2 0 0 0-2-2H4a2 2 0 0 0-2 2Z"></path><path d="M13 5v2"></path><path d="M13 17v2"></path><path d="M13 11v2"></path>"#
            }
            Self::Users => {
                r#"<path d="M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2"></path><path d="M16 3.128a4 4 0 0 1 0 7.744"></path><path d="M22 21v-2a4 4 0 0 0-3-3.87"></path><circle cx="9" cy="7" r="4"></circle>"#
            }
            Self::User => {
                r#"<path d="M17.925 20.056a6 6 0 0 0-11.851.001"></path><circle cx="12" cy="11" r="4"></circle><circle cx="12" cy="12" r="10"></circle>"#
            }
            Self::Contact => {
                r#"<path d="M16 2v2"></path><path d="M17.915 21a6 6 0 10-12 0"></path><path d="M8 2v2"></path><circle cx="12" cy="11" r="4"></circle><rect x="3" y="3" width="18" height="18" rx="2"></rect>"#
            }
            Self::Card => {
                r#"<rect width="20" height="14" x="2" y="5" rx="2"></rect><line x1="2" x2="22" y1="10" y2="10"></line><path d="M6 14h2"></path>"#
            }
            Self::Key => {
                r#"<path d="M2.586 17.414A2 2 0 0 0 2 18.828V21a1 1 0 0 0 1 1h3a1 1 0 0 0 1-1v-1a1 1 0 0 1 1-1h1a1 1 0 0 0 1-1v-1a1 1 0 0 1 1-1h.172a2 2 0 0 0 1.414-.586l.814-.814a6.5 6.5 0 1 0-4-4z"></path><circle cx="16.5" cy="7.5" r=".5" fill="currentColor"></circle>"#
            }
            Self::Webhook => {
                r#"<path d="M18 16.98h-5.99c-1.1 0-1.95.94-2.48 1.9A4 4 0 0 1 2 17c.01-.7.2-1.4.57-2"></path><path d="m6 17 3.13-5.78c.53-.97.1-2.18-.5-3.1a4 4 0 1 1 6.89-4.06"></path><path d="m12 6 3.13 5.73C15.66 12.7 16.9 13 18 13a4 4 0 0 1 0 8"></path>"#
            }
            Self::Download => {
                r#"<path d="M12 15V3"></path><path d="M21 15v4a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-4"></path><path d="m7 10 5 5 5-5"></path>"#
            }
            Self::Scroll => {
                r#"<path d="M15 12h-5"></path><path d="M15 8h-5"></path><path d="M19 17V5a2 2 0 0 0-2-2H4"></path><path d="M8 21h12a2 2 0 0 0 2-2v-1a1 1 0 0 0-1-1H11a1 1 0 0 0-1 1v1a2 2 0 1 1-4 0V5a2 2 0 1 0-4 0v2a1 1 0 0 0 1 1h3"></path>"#
            }
            Self::Chart => r#"<path d="M5 21v-6"></path><path d="M12 21V3"></path><path d="M19 21V9"></path>"#,
            Self::Bell => {
                r#"<path d="M10.268 21a2 2 0 0 0 3.464 0"></path><path d="M3.262 15.326A1 1 0 0 0 4 17h16a1 1 0 0 0 .74-1.673C19.41 13.956 18 12.499 18 8A6 6 0 0 0 6 8c0 4.499-1.411 5.956-2.738 7.326"></path>"#
            }
            Self::Settings => {
                r#"<path d="M9.671 4.136a2.34 2.34 0 0 1 4.659 0 2.34 2.34 0 0 0 3.319 1.915 2.34 2.34 0 0 1 2.33 4.033 2.34 2.34 0 0 0 0 3.831 2.34 2.34 0 0 1-2.33 4.033 2.34 2.34 0 0 0-3.319 1.915 2.34 2.34 0 0 1-4.659 0 2.34 2.34 0 0 0-3.32-1.915 2.34 2.34 0 0 1-2.33-4.033 2.34 2.34 0 0 0 0-3.831A2.34 2.34 0 0 1 6.35 6.051a2.34 2.34 0 0 0 3.319-1.915"></path><circle cx="12" cy="12" r="3"></circle>"#
            }
            Self::Shield => {
                r#"<path d="M20 13c0 5-3.5 7.5-7.66 8.95a1 1 0 0 1-.67-.01C7.5 20.5 4 18 4 13V6a1 1 0 0 1 1-1c2 0 4.5-1.2 6.24-2.72a1.17 1.17 0 0 1 1.52 0C14.51 3.81 17 5 19 5a1 1 0 0 1 1 1z"></path><path d="m9 12 2 2 4-4"></path>"#
            }
            Self::Lock => r#"<rect width="18" height="11" x="3" y="11" rx="2" ry="2"></rect><path d="M7 11V7a5 5 0 0 1 10 0v4"></path>"#,
            Self::Globe => {
                r#"<circle cx="12" cy="12" r="10"></circle><path d="M12 2a14.5 14.5 0 0 0 0 20 14.5 14.5 0 0 0 0-20"></path><path d="M2 12h20"></path>"#
            }
            Self::Palette => {
                r#"<path d="M12 22a1 1 0 0 1 0-20 10 9 0 0 1 10 9 5 5 0 0 1-5 5h-2.25a1.75 1.75 0 0 0-1.4 2.8l.3.4a1.75 1.75 0 0 1-1.4 2.8z"></path><circle cx="13.5" cy="6.5" r=".5" fill="currentColor"></circle><circle cx="17.5" cy="10.5" r=".5" fill="currentColor"></circle><circle cx="6.5" cy="12.5" r=".5" fill="currentColor"></circle><circle cx="8.5" cy="7.5" r=".5" fill="currentColor"></circle>"#
            }
            Self::Flag => {
                r#"<path d="M4 22V4a1 1 0 0 1 .4-.8A6 6 0 0 1 8 2c3 0 5 2 7.333 2q2 0 3.067-.8A1 1 0 0 1 20 4v10a1 1 0 0 1-.4.8A6 6 0 0 1 16 16c-3 0-5-2-8-2a6 6 0 0 0-4 1.528"></path>"#
            }
            Self::Wrench => {
                r#"<path d="M14.7 6.3a1 1 0 0 0 0 1.4l1.6 1.6a1 1 0 0 0 1.4 0l3.106-3.105c.32-.322.863-.22.983.218a6 6 0 0 1-8.259 7.057l-7.91 7.91a1 1 0 0 1-2.999-3l7.91-7.91a6 6 0 0 1 7.057-8.259c.438.12.54.662.219.984z"></path>"#
            }
            Self::Megaphone => {
                r#"<path d="M11 6a13 13 0 0 0 8.4-2.8A1 1 0 0 1 21 4v12a1 1 0 0 1-1.6.8A13 13 0 0 0 11 14H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2z"></path><path d="M6 14a12 12 0 0 0 2.4 7.2 2 2 0 0 0 3.2-2.4A8 8 0 0 1 10 14"></path><path d="M8 6v8"></path>"#
            }
            Self::Layers => {
                r#"<path d="M12.83 2.18a2 2 0 0 0-1.66 0L2.6 6.08a1 1 0 0 0 0 1.83l8.58 3.91a2 2 0 0 0 1.66 0l8.58-3.9a1 1 0 0 0 0-1.83z"></path><path d="M2 12a1 1 0 0 0 .58.91l8.6 3.91a2 2 0 0 0 1.65 0l8.58-3.9A1 1 0 0 0 22 12"></path><path d="M2 17a1 1 0 0 0 .58.91l8.6 3.91a2 2 0 0 0 1.65 0l8.58-3.9A1 1 0 0 0 22 17"></path>"#
            }
            Self::Building => {
                r#"<path d="M10 12h4"></path><path d="M10 8h4"></path><path d="M14 21v-3a2 2 0 0 0-4 0v3"></path><path d="M6 10H4a2 2 0 0 0-2 2v7a2 2 0 0 0 2 2h16a2 2 0 0 0 2-2V9a2 2 0 0 0-2-2h-2"></path><path d="M6 21V5a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v16"></path>"#
            }
            Self::Search => r#"<path d="m21 21-4.34-4.34"></path><circle cx="11" cy="11" r="8"></circle>"#,
            Self::Menu => r#"<path d="M4 5h16"></path><path d="M4 12h16"></path><path d="M4 19h16"></path>"#,
            Self::ChevronDown => r#"<path d="m6 9 6 6 6-6"></path>"#,
            Self::ChevronRight => r#"<path d="m9 18 6-6-6-6"></path>"#,
            Self::ChevronsUpDown => r#"<path d="m7 15 5 5 5-5"></path><path d="m7 9 5-5 5 5"></path>"#,
            Self::ArrowUp => r#"<path d="m5 12 7-7 7 7"></path><path d="M12 19V5"></path>"#,
            Self::ArrowDown => r#"<path d="M12 5v14"></path><path d="m19 12-7 7-7-7"></path>"#,
            Self::Check => r#"<path d="M20 6 9 17l-5-5"></path>"#,
            Self::CircleCheck => r#"<circle cx="12" cy="12" r="10"></circle><path d="m16 9-5.5 5.5L8 12"></path>"#,
            Self::CircleAlert => {
                r#"<circle cx="12" cy="12" r="10"></circle><line x1="12" x2="12" y1="8" y2="12"></line><line x1="12" x2="12.01" y1="16" y2="16"></line>"#
            }
            Self::Info => r#"<circle cx="12" cy="12" r="10"></circle><path d="M12 16v-4"></path><path d="M12 8h.01"></path>"#,
            Self::Warning => {
                r#"<path d="m21.73 18-8-14a2 2 0 0 0-3.48 0l-8 14A2 2 0 0 0 4 21h16a2 2 0 0 0 1.73-3"></path><path d="M12 9v4"></path><path d="M12 17h.01"></path>"#
            }
            Self::Clock => r#"<circle cx="12" cy="12" r="10"></circle><path d="M12 6v6l4 2"></path>"#,
            Self::Copy => {
                r#"<rect width="14" height="14" x="8" y="8" rx="2" ry="2"></rect><path d="M4 16c-1.1 0-2-.9-2-2V4c0-1.1.9-2 2-2h10c1.1 0 2 .9 2 2"></path>"#
            }
            Self::Eye => {
                r#"<path d="M2.062 12.348a1 1 0 0 1 0-.696 10.75 10.75 0 0 1 19.876 0 1 1 0 0 1 0 .696 10.75 10.75 0 0 1-19.876 0"></path><circle cx="12" cy="12" r="3"></circle>"#
            }
            Self::Close => r#"<path d="M18 6 6 18"></path><path d="m6 6 12 12"></path>"#,
            Self::Plus => r#"<path d="M5 12h14"></path><path d="M12 5v14"></path>"#,
            Self::Trash => {
                r#"<path d="M10 11v6"></path><path d="M14 11v6"></path><path d="M19 6v14a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V6"></path><path d="M3 6h18"></path><path d="M8 6V4a2 2 0 0 1 2-2h4a2 2 0 0 1 2 2v2"></path>"#
            }
            Self::Pencil => {
                r#"<path d="M21.174 6.812a1 1 0 0 0-3.986-3.987L3.842 16.174a2 2 0 0 0-.5.83l-1.321 4.352a.5.5 0 0 0 .623.622l4.353-1.32a2 2 0 0 0 .83-.497z"></path><path d="m15 5 4 4"></path>"#
            }
            Self::Send => {
                r#"<path d="M14.536 21.686a.5.5 0 0 0 .937-.024l6.5-19a.496.496 0 0 0-.635-.635l-19 6.5a.5.5 0 0 0-.024.937l7.93 3.18a2 2 0 0 1 1.112 1.11z"></path><path d="m21.854 2.147-10.94 10.939"></path>"#
            }
            Self::LogOut => {
                r#"<path d="m16 17 5-5-5-5"></path><path d="M21 12H9"></path><path d="M9 21H5a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2h4"></path>"#
            }
            Self::Sun => {
                r#"<circle cx="12" cy="12" r="4"></circle><path d="M12 2v2"></path><path d="M12 20v2"></path><path d="m4.93 4.93 1.41 1.41"></path><path d="m17.66 17.66 1.41 1.41"></path><path d="M2 12h2"></path><path d="M20 12h2"></path><path d="m6.34 17.66-1.41 1.41"></path><path d="m19.07 4.93-1.41 1.41"></path>"#
            }
            Self::Moon => {
                r#"<path d="M20.985 12.486a9 9 0 1 1-9.473-9.472c.405-.022.617.46.402.803a6 6 0 0 0 8.268 8.268c.344-.215.825-.004.803.401"></path>"#
            }
            Self::Monitor => {
                r#"<rect width="20" height="14" x="2" y="3" rx="2"></rect><line x1="8" x2="16" y1="21" y2="21"></line><line x1="12" x2="12" y1="17" y2="21"></line>"#
            }
            Self::External => {
                r#"<path d="M15 3h6v6"></path><path d="M10 14 21 3"></path><path d="M18 13v6a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h6"></path>"#
            }
            Self::Code => r#"<path d="m16 18 6-6-6-6"></path><path d="m8 6-6 6 6 6"></path>"#,
            Self::Mail => {
                r#"<path d="m22 7-8.991 5.727a2 2 0 0 1-2.009 0L2 7"></path><rect x="2" y="4" width="20" height="16" rx="2"></rect>"#
            }
            Self::Play => r#"<path d="M5 5a2 2 0 0 1 3.008-1.728l11.997 6.998a2 2 0 0 1 .003 3.458l-12 7A2 2 0 0 1 5 19z"></path>"#,
            Self::Pause => {
                r#"<rect x="14" y="3" width="5" height="18" rx="1"></rect><rect x="5" y="3" width="5" height="18" rx="1"></rect>"#
            }
            Self::Refresh => {
                r#"<path d="M3 12a9 9 0 0 1 9-9 9.75 9.75 0 0 1 6.74 2.74L21 8"></path><path d="M21 3v5h-5"></path><path d="M21 12a9 9 0 0 1-9 9 9.75 9.75 0 0 1-6.74-2.74L3 16"></path><path d="M8 16H3v5"></path>"#
            }
            Self::Activity => {
                r#"<path d="M22 12h-2.48a2 2 0 0 0-1.93 1.46l-2.35 8.36a.25.25 0 0 1-.48 0L9.24 2.18a.25.25 0 0 0-.48 0l-2.35 8.36A2 2 0 0 1 4.49 12H2"></path>"#
            }
            Self::Link => {
                r#"<path d="M10 13a5 5 0 0 0 7.54.54l3-3a5 5 0 0 0-7.07-7.07l-1.72 1.71"></path><path d="M14 11a5 5 0 0 0-7.54-.54l-3 3a5 5 0 0 0 7.07 7.07l1.71-1.71"></path>"#
            }
            Self::Smartphone => r#"<rect width="14" height="20" x="5" y="2" rx="2" ry="2"></rect><path d="M12 18h.01"></path>"#,
            Self::Filter => r#"<path d="M2 5h20"></path><path d="M6 12h12"></path><path d="M9 19h6"></path>"#,
            Self::Box => {
                r#"<path d="M11 21.73a2 2 0 0 0 2 0l7-4A2 2 0 0 0 21 16V8a2 2 0 0 0-1-1.73l-7-4a2 2 0 0 0-2 0l-7 4A2 2 0 0 0 3 8v8a2 2 0 0 0 1 1.73z"></path><path d="M12 22V12"></path><polyline points="3.29 7 12 12 20.71 7"></polyline><path d="m7.5 4.27 9 5.15"></path>"#
            }
            Self::File => {
                r#"<path d="M6 22a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2h8a2.4 2.4 0 0 1 1.704.706l3.588 3.588A2.4 2.4 0 0 1 20 8v12a2 2 0 0 1-2 2z"></path><path d="M14 2v5a1 1 0 0 0 1 1h5"></path><path d="M10 9H8"></path><path d="M16 13H8"></path><path d="M16 17H8"></path>"#
            }
            Self::Help => {
                r#"<circle cx="12" cy="12" r="10"></circle><path d="M9.09 9a3 3 0 0 1 5.83 1c0 2-3 3-3 3"></path><path d="M12 17h.01"></path>"#
            }
            Self::Dots => {
                r#"<circle cx="12" cy="12" r="1"></circle><circle cx="19" cy="12" r="1"></circle><circle cx="5" cy="12" r="1"></circle>"#
            }
            Self::Server => {
                r#"<rect width="20" height="8" x="2" y="2" rx="2" ry="2"></rect><rect width="20" height="8" x="2" y="14" rx="2" ry="2"></rect><line x1="6" x2="6.01" y1="6" y2="6"></line><line x1="6" x2="6.01" y1="18" y2="18"></line>"#
            }
            Self::Life => {
                r#"<circle cx="12" cy="12" r="10"></circle><path d="m4.93 4.93 4.24 4.24"></path><path d="m14.83 9.17 4.24-4.24"></path><path d="m14.83 14.83 4.24 4.24"></path><path d="m9.17 14.83-4.24 4.24"></path><circle cx="12" cy="12" r="4"></circle>"#
            }
            Self::Circle => r#"<circle cx="12" cy="12" r="10"></circle>"#,
        }
    }
    /// The icon, hidden from those who hear the page.
    pub fn render(self) -> Markup {
        html! {
            svg class="icon" viewBox="0 0 24 24" width="16" height="16" fill="none" stroke="currentColor" stroke-width="1.75"
                stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false" { (PreEscaped(self.shapes())) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_icon_draws_something_and_says_nothing() {
        for (icon, name) in Icon::ALL {
            let text = icon.render().into_string();
            assert!(text.contains("aria-hidden=\"true\"") && text.contains("></"), "{name}");
            for banned in ["<script", "style=", "<title", "href"] {
                assert!(!text.contains(banned), "{name}: {banned}");
            }
        }
    }
}
