//! Which Linux this is, from `/etc/os-release`, and by which package manager it installs. Knows no package names.

/// The fields of `/etc/os-release` that matter here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OsRelease {
    /// `ID`: `debian`, `fedora`, …
    pub id: String,
    /// `ID_LIKE`: the families it descends from, nearest first.
    pub id_like: Vec<String>,
    /// `PRETTY_NAME`, for messages.
    pub name: String,
}

/// A package manager that we can drive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manager {
    /// Debian, Ubuntu and kin.
    Apt,
    /// Fedora, RHEL and kin.
    Dnf,
    /// Arch and kin.
    Pacman,
    /// openSUSE and SLE.
    Zypper,
}

impl Manager {
    /// All of them, for tests of the tables.
    #[cfg(test)]
    pub const ALL: [Self; 4] = [Self::Apt, Self::Dnf, Self::Pacman, Self::Zypper];

    /// The program to call.
    pub fn program(self) -> &'static str {
        match self {
            Self::Apt => "apt-get",
            Self::Dnf => "dnf",
            Self::Pacman => "pacman",
            Self::Zypper => "zypper",
        }
    }
}

impl OsRelease {
    /// Reads the text of the file; unknown and damaged lines are passed over, as its specification asks.
    pub fn parse(text: &str) -> Self {
        let mut release = Self::default();
        for line in text.lines() {
            let Some((key, value)) = line.trim().split_once('=') else { continue };
            let value = unquoted(value);
            match key {
                "ID" => release.id = value.to_lowercase(),
                "ID_LIKE" => release.id_like = value.split_whitespace().map(str::to_lowercase).collect(),
                "PRETTY_NAME" => release.name = value,
                _ => {}
            }
        }
        if release.name.is_empty() {
            release.name.clone_from(&release.id);
        }
        release
    }

    /// The manager of this distribution or of the nearest family that we know.
    pub fn manager(&self) -> Option<Manager> {
        std::iter::once(&self.id).chain(&self.id_like).find_map(|family| match family.as_str() {
            "debian" | "ubuntu" | "linuxmint" | "pop" | "raspbian" => Some(Manager::Apt),
            "fedora" | "rhel" | "centos" | "rocky" | "almalinux" => Some(Manager::Dnf),
            "arch" | "archlinux" | "manjaro" | "endeavouros" => Some(Manager::Pacman),
            "suse" | "sles" => Some(Manager::Zypper),
            family if family.starts_with("opensuse") => Some(Manager::Zypper),
            _ => None,
        })
    }
}

fn unquoted(value: &str) -> String {
    let value = value.trim();
    let inner = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    let mut chars = inner.unwrap_or(value).chars();
    let mut text = String::new();
    while let Some(c) = chars.next() {
        text.extend(if c == '\\' { chars.next() } else { Some(c) });
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manager_of(text: &str) -> Option<Manager> {
        OsRelease::parse(text).manager()
    }

    #[test]
    fn debian_is_read_with_its_quotes_taken_off() {
        let release =
            OsRelease::parse("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\nVERSION_ID=\"12\"\n");
        assert_eq!(release.name, "Debian GNU/Linux 12 (bookworm)");
        assert_eq!(release.manager(), Some(Manager::Apt));
    }

    #[test]
    fn a_descendant_goes_by_its_family() {
        assert_eq!(manager_of("ID=zorin\nID_LIKE=\"ubuntu debian\""), Some(Manager::Apt));
        assert_eq!(manager_of("ID='nobara'\nID_LIKE='rhel centos fedora'"), Some(Manager::Dnf));
        assert_eq!(manager_of("ID=cachyos\nID_LIKE=arch"), Some(Manager::Pacman));
        assert_eq!(manager_of("ID=\"opensuse-tumbleweed\"\nID_LIKE=\"opensuse suse\""), Some(Manager::Zypper));
    }

    #[test]
    fn a_distribution_that_we_do_not_know_has_no_manager() {
        assert_eq!(manager_of("ID=nixos\nPRETTY_NAME=NixOS"), None);
        assert_eq!(manager_of(""), None);
    }

    #[test]
    fn comments_escapes_and_damaged_lines_do_no_harm() {
        let release =
            OsRelease::parse("# ID=arch\nnonsense\nID=Fedora\nPRETTY_NAME=\"A \\\"quoted\\\" name\"\nID_LIKE=\n");
        assert_eq!(release.manager(), Some(Manager::Dnf));
        assert_eq!(release.name, "A \"quoted\" name");
    }
}
