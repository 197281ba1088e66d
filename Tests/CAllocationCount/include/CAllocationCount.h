// Counts what Swift code of each thread allocates, so that a test can tell that something allocates nothing.
//
// Counts class instances, buffers of arrays, boxes, contexts of closures and plain memory, in the whole test program:
// linking this target puts a counter before its allocator. Unoptimised code also gets the frames of its coroutines from
// malloc, one for each step through an array; they do not come by the runtime's function and are left out.
#ifndef SWITCHBOARD_ALLOCATION_COUNT_H
#define SWITCHBOARD_ALLOCATION_COUNT_H

// Allocations of the calling thread since its start.
unsigned long allocation_count(void);

#endif
