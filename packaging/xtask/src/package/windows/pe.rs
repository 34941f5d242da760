//! The few fields of a Windows program file (PE) that matter here.

/// What Windows starts a program with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subsystem {
    /// No console.
    Window,
    /// The console of whoever starts it, or one of its own.
    Console,
}

impl Subsystem {
    /// What stands in the file, in its first byte of two.
    pub fn number(self) -> u16 {
        match self {
            Self::Window => 2,
            Self::Console => 3,
        }
    }
}

/// Where the file says how far it is to the PE header.
const HEADER_OFFSET: usize = 0x3c;

/// From the PE header to the optional header: signature and file header.
const OPTIONAL_HEADER: usize = 4 + 20;

/// From the optional header to the field; the same in 32 and 64 bits.
const SUBSYSTEM: usize = 68;

/// Changes the field. The checksum of the header is left alone: Windows looks at that of drivers only.
pub fn set_subsystem(file: &mut [u8], subsystem: Subsystem) -> Result<(), &'static str> {
    let at = subsystem_at(file).ok_or("no program for Windows")?;
    let field = file.get_mut(at..at + 2).ok_or("cut off in its header")?;
    field.copy_from_slice(&subsystem.number().to_le_bytes());
    Ok(())
}

/// The field as it is; `None` if it says something else, or the file is none for Windows.
pub fn subsystem(file: &[u8]) -> Option<Subsystem> {
    let at = subsystem_at(file)?;
    let number = u16::from_le_bytes(file.get(at..at + 2)?.try_into().ok()?);
    [Subsystem::Window, Subsystem::Console].into_iter().find(|subsystem| subsystem.number() == number)
}

/// Where the field is in the file.
pub fn subsystem_at(file: &[u8]) -> Option<usize> {
    if !file.starts_with(b"MZ") {
        return None;
    }
    let header = u32::from_le_bytes(file.get(HEADER_OFFSET..HEADER_OFFSET + 4)?.try_into().ok()?);
    let header = usize::try_from(header).ok()?;
    let is_program = file.get(header..)?.starts_with(b"PE\0\0");
    is_program.then_some(header + OPTIONAL_HEADER + SUBSYSTEM)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A header at 0x80 and nothing else, for the console.
    fn program() -> Vec<u8> {
        let mut file = vec![0; 0x80 + OPTIONAL_HEADER + SUBSYSTEM + 2];
        file[..2].copy_from_slice(b"MZ");
        file[HEADER_OFFSET] = 0x80;
        file[0x80..0x84].copy_from_slice(b"PE\0\0");
        file[0x80 + 24 + 68] = 3;
        file
    }

    #[test]
    fn two_bytes_change_and_no_others() {
        let before = program();
        assert_eq!(subsystem(&before), Some(Subsystem::Console));
        let mut file = before.clone();
        set_subsystem(&mut file, Subsystem::Window).expect("should be a program");
        assert_eq!(subsystem(&file), Some(Subsystem::Window));
        let changed: Vec<_> = (0..file.len()).filter(|&at| file[at] != before[at]).collect();
        assert_eq!(changed, [0x80 + 24 + 68]);
        set_subsystem(&mut file, Subsystem::Console).expect("should be a program");
        assert_eq!(file, before);
    }

    #[test]
    fn other_files_are_refused() {
        let cut = program()[..0x90].to_vec();
        let mut far = program();
        far[HEADER_OFFSET + 3] = 0xff;
        for mut file in [b"\x7fELF".to_vec(), b"MZ".to_vec(), cut, far, Vec::new()] {
            assert!(set_subsystem(&mut file, Subsystem::Window).is_err());
            assert_eq!(subsystem(&file), None);
        }
    }
}
