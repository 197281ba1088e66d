#define _GNU_SOURCE
#include "CAllocationCount.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stddef.h>
#include <stdint.h>

// The allocator itself, under the names that glibc keeps for programs that stand before it.
extern void *__libc_malloc(size_t size);
extern void *__libc_memalign(size_t alignment, size_t size);

// Where the runtime's allocating function lies; nowhere before the program has begun.
static uintptr_t runtime_start, runtime_end;
static __thread unsigned long count;

__attribute__((constructor)) static void begin(void) {
    void *function = dlsym(RTLD_DEFAULT, "swift_slowAlloc");
    Dl_info info;
    const ElfW(Sym) *symbol = NULL;
    if (function == NULL || dladdr1(function, &info, (void **)&symbol, RTLD_DL_SYMENT) == 0 || symbol == NULL) return;
    runtime_start = (uintptr_t)function;
    runtime_end = runtime_start + symbol->st_size;
}

static inline void note(const void *caller) {
    uintptr_t address = (uintptr_t)caller;
    if (address >= runtime_start && address < runtime_end) count += 1;
}

unsigned long allocation_count(void) { return count; }

void *malloc(size_t size) {
    note(__builtin_return_address(0));
    return __libc_malloc(size);
}

void *aligned_alloc(size_t alignment, size_t size) {
    note(__builtin_return_address(0));
    return __libc_memalign(alignment, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size) {
    note(__builtin_return_address(0));
    void *allocated = __libc_memalign(alignment, size);
    if (allocated == NULL) return ENOMEM;
    *memory = allocated;
    return 0;
}
