/* Wine before 9 has no bcryptprimitives.dll, from which Rust's library takes its random numbers. The trial puts this one
 * into the system folder that it tries the packages in; it is part of no package. */
#include <windows.h>

/* RtlGenRandom, as the headers of Windows name it. */
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length)
{
    const SIZE_T most = 0x10000000;
    while (length > 0) {
        ULONG part = (ULONG)(length < most ? length : most);
        if (!SystemFunction036(buffer, part))
            return FALSE;
        buffer += part;
        length -= part;
    }
    return TRUE;
}
