// What the parts of the shim share: handles, errors and the tagged values that cross the language border.
#pragma once

#include <ATen/core/Tensor.h>
#include <c10/util/Exception.h>

#include <atomic>
#include <cstdint>
#include <exception>
#include <string>

#define QD_API extern "C" __attribute__((visibility("default")))

namespace qd {

// A tensor handle is the TensorImpl itself with one reference held by its owner; 0 is the undefined tensor.
using Handle = c10::TensorImpl*;

extern std::atomic<int64_t> live_handles;

inline Handle give(at::Tensor tensor) {
  if (!tensor.defined()) return nullptr;
  live_handles.fetch_add(1, std::memory_order_relaxed);
  return tensor.unsafeReleaseTensorImpl();
}

inline at::Tensor borrow(Handle handle) {
  if (handle == nullptr) return at::Tensor();
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim_copy(handle));
}

inline at::Tensor take(Handle handle) {
  if (handle == nullptr) return at::Tensor();
  live_handles.fetch_sub(1, std::memory_order_relaxed);
  return at::Tensor(c10::intrusive_ptr<c10::TensorImpl, c10::UndefinedTensorImpl>::reclaim(handle));
}

// The message of the last failure on this thread.
std::string& last_error();

// Runs `body`; a C++ exception becomes -1 and its message stays behind for qd_last_error.
template <typename Body>
int64_t guarded(Body&& body) noexcept {
  try {
    return body();
  } catch (const c10::Error& error) {
    last_error() = error.what_without_backtrace();
  } catch (const std::exception& error) {
    last_error() = error.what();
  } catch (...) {
    last_error() = "libtorch failed with an exception of unknown type";
  }
  return -1;
}

enum Tag : int32_t {
  kNone = 0,
  kTensor = 1,
  kInt = 2,
  kDouble = 3,
  kBool = 4,
  kComplex = 5,      // pointer to two doubles
  kIntList = 6,      // pointer to `count` int64
  kDoubleList = 7,   // pointer to `count` doubles
  kBoolList = 8,     // pointer to `count` int64
  kString = 9,       // pointer to `count` UTF-8 bytes
  kDevice = 10,      // type in the low half, index in the high half
  kTensorList = 11,  // pointer to `count` handles, 0 = undefined
  kGenerator = 12,
  kDefault = 13,     // the schema's default
};

struct Value {
  int32_t tag;
  int32_t count;
  union {
    int64_t integer;
    double real;
    void* pointer;
  };
};

}  // namespace qd
