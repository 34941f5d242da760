; The setup for Windows. `cargo xtask package windows` runs it in the folder that is to be installed and says VERSION, FILES
; (the list of what is there, as macros, and where the program says that it has no console), SOURCES (this folder) and OUT.
;
; For one user, without an administrator. What somebody made with the program is none of its business: projects, settings,
; networks and trainings stay where they are, whether it installs, upgrades or removes.

Unicode true
Target amd64-unicode
SetCompressor /SOLID lzma
; The program is by far the largest file.
SetCompressorDictSize 64
ManifestDPIAware true
ManifestSupportedOS Win10
RequestExecutionLevel user

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "LogicLib.nsh"
!include "${FILES}"

!define NAME "Kinetoscope"
!define PROJECT "Kinetoscope.Project"
!define VIDEO "Kinetoscope.Video"
!define CLASSES "Software\Classes"
!define UNINSTALL "Software\Microsoft\Windows\CurrentVersion\Uninstall\${NAME}"
!define APP_PATHS "Software\Microsoft\Windows\CurrentVersion\App Paths\kinetoscope.exe"
!define PROGRAM "$INSTDIR\bin\kinetoscope.exe"
!define HOME "https://github.com/kinetoscope/kinetoscope"
!define CACHE "$LOCALAPPDATA\kinetoscope\cache"

Name "${NAME}"
BrandingText "${NAME} ${VERSION}"
OutFile "${OUT}"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
; An upgrade goes where the older version is.
InstallDirRegKey HKCU "${UNINSTALL}" "InstallLocation"

VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME} Setup"
VIAddVersionKey "LegalCopyright" "MIT OR Apache-2.0"

!define MUI_ICON "${SOURCES}/kinetoscope.ico"
!define MUI_UNICON "${SOURCES}/kinetoscope.ico"
!define MUI_ABORTWARNING
!define MUI_LICENSEPAGE_TEXT_TOP "What Kinetoscope and the libraries that it carries may be used for:"
!define MUI_FINISHPAGE_RUN "${PROGRAM}"
!define MUI_FINISHPAGE_NOREBOOTSUPPORT

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${SOURCES}/licence-page.txt"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"

; Kinds of videos that the program is offered for, in “Open with”. It never becomes the one that opens them.
!macro ForEachVideo DO
  !insertmacro ${DO} ".mp4"
  !insertmacro ${DO} ".m4v"
  !insertmacro ${DO} ".mov"
  !insertmacro ${DO} ".mkv"
  !insertmacro ${DO} ".webm"
  !insertmacro ${DO} ".avi"
!macroend

!macro OfferVideo EXTENSION
  WriteRegNone HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids" "${VIDEO}"
  WriteRegStr HKCU "${CLASSES}\Applications\kinetoscope.exe\SupportedTypes" "${EXTENSION}" ""
!macroend

!macro TakeBackVideo EXTENSION
  DeleteRegValue HKCU "${CLASSES}\${EXTENSION}\OpenWithProgids" "${VIDEO}"
  !insertmacro DropIfEmpty "${CLASSES}\${EXTENSION}\OpenWithProgids"
  !insertmacro DropIfEmpty "${CLASSES}\${EXTENSION}"
!macroend

; Windows lets nobody write to a program that runs. One that was just closed may need a moment.
!macro RefuseWhileRunning FILE
  StrCpy $1 0
  ${DoWhile} ${FileExists} "${FILE}"
    ClearErrors
    FileOpen $0 "${FILE}" a
    ${IfNot} ${Errors}
      FileClose $0
      ${Break}
    ${EndIf}
    ${If} $1 < 10
      IntOp $1 $1 + 1
      Sleep 300
      ${Continue}
    ${EndIf}
    ${If} ${Cmd} `MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "Kinetoscope is running. Close it, then try again." /SD IDCANCEL IDCANCEL`
      SetErrorLevel 3
      Quit
    ${EndIf}
  ${Loop}
!macroend

; A key that others use, too, goes only when nothing is left in it.
!macro DropIfEmpty KEY
  EnumRegKey $0 HKCU "${KEY}" 0
  ${If} $0 == ""
    ; The value without a name has an empty name; only the error says that there is none.
    ClearErrors
    EnumRegValue $0 HKCU "${KEY}" 0
    ${If} ${Errors}
      DeleteRegKey HKCU "${KEY}"
    ${EndIf}
  ${EndIf}
!macroend

; The program once more for terminals, which start `.com` before `.exe` and wait for what says that it wants a console.
!macro MakeTwin PROGRAM TWIN
  System::Call 'kernel32::CopyFileW(w "${PROGRAM}", w "${TWIN}", i 0) i .r0'
  FileOpen $1 "${TWIN}" a
  FileSeek $1 ${SUBSYSTEM_AT}
  FileWriteByte $1 ${CONSOLE}
  FileClose $1
  ${If} $0 = 0
    SetErrors
  ${EndIf}
!macroend

!macro TellTheDesktop
  ; SHCNE_ASSOCCHANGED: icons and menus are looked up anew.
  System::Call 'shell32::SHChangeNotify(i 0x08000000, i 0, p 0, p 0)'
!macroend

Function .onInit
  SetRegView 64
  SetShellVarContext current
FunctionEnd

Function un.onInit
  SetRegView 64
  SetShellVarContext current
FunctionEnd

Section "Kinetoscope"
  !insertmacro RefuseWhileRunning "$INSTDIR\bin\kinetoscope.exe"
  !insertmacro RefuseWhileRunning "$INSTDIR\bin\kinetoscope.com"

  ; An older version takes away its own files by its own list; here it must not be copied elsewhere first, as we wait for it.
  ${If} ${FileExists} "$INSTDIR\uninstall.exe"
    ClearErrors
    ExecWait '"$INSTDIR\uninstall.exe" /S _?=$INSTDIR' $1
    ${If} ${Errors}
    ${OrIf} $1 <> 0
      MessageBox MB_OK|MB_ICONSTOP "The version that is installed could not be removed." /SD IDOK
      SetErrorLevel 2
      Quit
    ${EndIf}
  ${EndIf}

  ClearErrors
  !insertmacro InstallFiles
  !insertmacro MakeTwin "${PROGRAM}" "$INSTDIR\bin\kinetoscope.com"
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  ${If} ${Errors}
    MessageBox MB_OK|MB_ICONSTOP "Not every file could be written to $INSTDIR." /SD IDOK
    SetErrorLevel 2
    Quit
  ${EndIf}

  ; Start menu. A terminal finds the program by name in the second entry: in the search path of everybody its libraries
  ; would get in the way of other programs.
  SetOutPath "$PROFILE"
  CreateDirectory "$SMPROGRAMS\${NAME}"
  CreateShortcut "$SMPROGRAMS\${NAME}\${NAME}.lnk" "${PROGRAM}" "" "${PROGRAM}" 0
  CreateShortcut "$SMPROGRAMS\${NAME}\${NAME} Command Line.lnk" "$SYSDIR\cmd.exe" '/k "set PATH=$INSTDIR\bin;%PATH%"' "${PROGRAM}" 0
  SetOutPath "$INSTDIR"

  ; Projects open in the program.
  WriteRegStr HKCU "${CLASSES}\.kinetoscope" "" "${PROJECT}"
  WriteRegStr HKCU "${CLASSES}\.kinetoscope" "Content Type" "application/x-kinetoscope-project"
  WriteRegNone HKCU "${CLASSES}\.kinetoscope\OpenWithProgids" "${PROJECT}"
  WriteRegStr HKCU "${CLASSES}\${PROJECT}" "" "Kinetoscope project"
  WriteRegStr HKCU "${CLASSES}\${PROJECT}\DefaultIcon" "" "${PROGRAM},0"
  WriteRegStr HKCU "${CLASSES}\${PROJECT}\shell\open\command" "" '"${PROGRAM}" "%1"'

  ; Videos may.
  WriteRegStr HKCU "${CLASSES}\${VIDEO}" "" "Video"
  WriteRegStr HKCU "${CLASSES}\${VIDEO}\DefaultIcon" "" "${PROGRAM},0"
  WriteRegStr HKCU "${CLASSES}\${VIDEO}\shell\open\command" "" '"${PROGRAM}" "%1"'
  WriteRegStr HKCU "${CLASSES}\Applications\kinetoscope.exe" "FriendlyAppName" "${NAME}"
  WriteRegStr HKCU "${CLASSES}\Applications\kinetoscope.exe\shell\open\command" "" '"${PROGRAM}" "%1"'
  WriteRegStr HKCU "${CLASSES}\Applications\kinetoscope.exe\SupportedTypes" ".kinetoscope" ""
  !insertmacro ForEachVideo OfferVideo

  ; Windows+R and `start kinetoscope`.
  WriteRegStr HKCU "${APP_PATHS}" "" "${PROGRAM}"

  WriteRegStr HKCU "${UNINSTALL}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL}" "DisplayIcon" "${PROGRAM},0"
  WriteRegStr HKCU "${UNINSTALL}" "Publisher" "The Kinetoscope contributors"
  WriteRegStr HKCU "${UNINSTALL}" "URLInfoAbout" "${HOME}"
  WriteRegStr HKCU "${UNINSTALL}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  WriteRegDWORD HKCU "${UNINSTALL}" "EstimatedSize" $0

  !insertmacro TellTheDesktop
SectionEnd

Section "Uninstall"
  !insertmacro RefuseWhileRunning "$INSTDIR\bin\kinetoscope.exe"
  !insertmacro RefuseWhileRunning "$INSTDIR\bin\kinetoscope.com"

  !insertmacro RemoveFiles
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"

  Delete "$SMPROGRAMS\${NAME}\${NAME}.lnk"
  Delete "$SMPROGRAMS\${NAME}\${NAME} Command Line.lnk"
  RMDir "$SMPROGRAMS\${NAME}"

  ; Another program may have taken the projects over.
  DeleteRegValue HKCU "${CLASSES}\.kinetoscope\OpenWithProgids" "${PROJECT}"
  !insertmacro DropIfEmpty "${CLASSES}\.kinetoscope\OpenWithProgids"
  ReadRegStr $0 HKCU "${CLASSES}\.kinetoscope" ""
  ${If} $0 == "${PROJECT}"
    DeleteRegValue HKCU "${CLASSES}\.kinetoscope" ""
    DeleteRegValue HKCU "${CLASSES}\.kinetoscope" "Content Type"
    !insertmacro DropIfEmpty "${CLASSES}\.kinetoscope"
  ${EndIf}
  DeleteRegKey HKCU "${CLASSES}\${PROJECT}"
  DeleteRegKey HKCU "${CLASSES}\${VIDEO}"
  DeleteRegKey HKCU "${CLASSES}\Applications\kinetoscope.exe"
  !insertmacro ForEachVideo TakeBackVideo
  DeleteRegKey HKCU "${APP_PATHS}"
  DeleteRegKey HKCU "${UNINSTALL}"
  !insertmacro TellTheDesktop

  ; What can be made again is all that may be asked about.
  ${If} ${FileExists} "${CACHE}\*.*"
    MessageBox MB_YESNO|MB_ICONQUESTION|MB_DEFBUTTON2 "Delete the caches, too?$\r$\n$\r$\nThey are made again when they are needed. Projects, settings and networks stay in any case." /SD IDNO IDNO done
    RMDir /r "${CACHE}"
    done:
  ${EndIf}
SectionEnd
