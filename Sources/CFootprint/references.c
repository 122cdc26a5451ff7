// Reference counting without atomic instructions, while there is one thread.
//
// The compiler is told that there never are two (-assume-single-threaded). It then counts by these functions, which
// the runtime of Embedded Swift leaves to others. They do what the runtime's own ones do, but for the bus locks,
// which cost a shell two fifths of its time, until the C library knows of a second thread.

#include <stdint.h>
#include <sys/single_threaded.h>

// What every object starts with.
struct object {
  const struct metadata *metadata;
  intptr_t count;
};

typedef __attribute__((swiftcall)) void destroyer(__attribute__((swift_context)) struct object *);

struct metadata {
  const void *superclass;
  destroyer *destroy;
};

// The count of what lives for ever; the top bit is set where an object is not on the heap.
static const intptr_t immortal = INTPTR_MAX;

// Pointers with the top bit set are no objects but what a String or a closure keeps in their place.
static int is_counted(const struct object *object) {
  return (intptr_t)object > 0 && (object->count & immortal) != immortal;
}

// The count after `n` was added to it.
static intptr_t add(struct object *object, intptr_t n) {
  if (__builtin_expect(__libc_single_threaded, 1)) return object->count += n;
  return __atomic_add_fetch(&object->count, n, __ATOMIC_ACQ_REL);
}

static inline __attribute__((always_inline)) void retain(struct object *object, uint32_t n) {
  if (is_counted(object)) add(object, n);
}

static inline __attribute__((always_inline)) void release(struct object *object, uint32_t n) {
  if (!is_counted(object) || add(object, -(intptr_t)n) & immortal) return;
  object->count |= immortal;  // what deinit retains and releases changes nothing
  object->metadata->destroy(object);
}

// The pointer in a reference that keeps flags in its other bits.
static struct object *untagged(struct object *reference) {
  return (struct object *)((uintptr_t)reference & 0x8FFFFFFFFFFFFFF8);
}

struct object *swift_nonatomic_retain(struct object *object) {
  retain(object, 1);
  return object;
}

struct object *swift_nonatomic_retain_n(struct object *object, uint32_t n) {
  retain(object, n);
  return object;
}

void swift_nonatomic_release(struct object *object) { release(object, 1); }

void swift_nonatomic_release_n(struct object *object, uint32_t n) { release(object, n); }

struct object *swift_nonatomic_bridgeObjectRetain(struct object *reference) {
  retain(untagged(reference), 1);
  return reference;
}

struct object *swift_nonatomic_bridgeObjectRetain_n(struct object *reference, uint32_t n) {
  retain(untagged(reference), n);
  return reference;
}

void swift_nonatomic_bridgeObjectRelease(struct object *reference) { release(untagged(reference), 1); }

void swift_nonatomic_bridgeObjectRelease_n(struct object *reference, uint32_t n) { release(untagged(reference), n); }
