// Tensor handles: lifetime, metadata, data; generators; process-wide settings.
#include "qdrop_torch.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Context.h>
#include <ATen/Functions.h>
#include <ATen/Parallel.h>
#include <c10/core/DefaultDtype.h>
#include <torch/version.h>

#include <cstring>
#include <mutex>

namespace qd {

std::atomic<int64_t> live_handles{0};

std::string& last_error() {
  static thread_local std::string message;
  return message;
}

}  // namespace qd

using qd::Handle;

QD_API const char* qd_last_error() { return qd::last_error().c_str(); }
QD_API int64_t qd_live_handles() { return qd::live_handles.load(); }
QD_API const char* qd_version() { return TORCH_VERSION; }

QD_API void qd_retain(Handle handle) {
  qd::give(qd::borrow(handle));
}
QD_API void qd_release(Handle handle) { qd::take(handle); }

QD_API int64_t qd_dim(Handle handle) { return handle->dim(); }
QD_API int64_t qd_numel(Handle handle) { return handle->numel(); }
QD_API int64_t qd_size(Handle handle, int64_t dim) { return handle->sizes()[dim]; }
QD_API void qd_sizes(Handle handle, int64_t* target) {
  std::memcpy(target, handle->sizes().data(), handle->dim() * sizeof(int64_t));
}
QD_API void qd_strides(Handle handle, int64_t* target) {
  std::memcpy(target, handle->strides().data(), handle->dim() * sizeof(int64_t));
}
QD_API int32_t qd_dtype(Handle handle) { return static_cast<int32_t>(c10::typeMetaToScalarType(handle->dtype())); }
QD_API int32_t qd_device_type(Handle handle) { return static_cast<int32_t>(handle->device().type()); }
QD_API int32_t qd_device_index(Handle handle) { return handle->device().index(); }
QD_API int32_t qd_layout(Handle handle) { return static_cast<int32_t>(handle->layout()); }
QD_API int32_t qd_is_contiguous(Handle handle, int32_t format) {
  return handle->is_contiguous(static_cast<c10::MemoryFormat>(format));
}
QD_API int64_t qd_storage_offset(Handle handle) { return handle->storage_offset(); }
QD_API int64_t qd_element_size(Handle handle) { return static_cast<int64_t>(handle->itemsize()); }

QD_API int64_t qd_data(Handle handle, void** data) {
  return qd::guarded([&] {
    *data = qd::borrow(handle).data_ptr();
    return 0;
  });
}

QD_API int64_t qd_storage(Handle handle, void** data, int64_t* bytes) {
  return qd::guarded([&] {
    const c10::Storage& storage = handle->storage();
    *data = storage.data();
    *bytes = static_cast<int64_t>(storage.nbytes());
    return 0;
  });
}

// A new tensor of the given shape and type whose memory is a copy of `data` (row major).
QD_API Handle qd_from_memory(const void* data, const int64_t* sizes, int32_t dims, int32_t dtype) {
  Handle result = nullptr;
  qd::guarded([&] {
    at::Tensor tensor = at::empty(at::IntArrayRef(sizes, dims), at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
    if (tensor.nbytes() > 0) std::memcpy(tensor.data_ptr(), data, tensor.nbytes());
    result = qd::give(std::move(tensor));
    return 0;
  });
  return result;
}

// A tensor over memory that managed code keeps pinned; `free` is called with `context` when its storage dies.
QD_API Handle qd_from_blob(void* data, const int64_t* sizes, int32_t dims, int32_t dtype, void (*free)(void*), void* context) {
  Handle result = nullptr;
  qd::guarded([&] {
    at::Tensor tensor = at::from_blob(data, at::IntArrayRef(sizes, dims), [free, context](void*) { free(context); },
                                      at::TensorOptions().dtype(static_cast<at::ScalarType>(dtype)));
    result = qd::give(std::move(tensor));
    return 0;
  });
  return result;
}

QD_API int64_t qd_set_threads(int32_t count) {
  return qd::guarded([&] { at::set_num_threads(count); return 0; });
}
QD_API int32_t qd_threads() { return at::get_num_threads(); }
QD_API int64_t qd_set_interop_threads(int32_t count) {
  return qd::guarded([&] { at::set_num_interop_threads(count); return 0; });
}
QD_API int32_t qd_interop_threads() { return static_cast<int32_t>(at::get_num_interop_threads()); }

QD_API int32_t qd_default_dtype() { return static_cast<int32_t>(c10::get_default_dtype_as_scalartype()); }
QD_API int64_t qd_set_default_dtype(int32_t dtype) {
  return qd::guarded([&] {
    c10::set_default_dtype(c10::scalarTypeToTypeMeta(static_cast<at::ScalarType>(dtype)));
    return 0;
  });
}
QD_API int32_t qd_deterministic() { return at::globalContext().deterministicAlgorithms(); }
QD_API int32_t qd_deterministic_warn_only() { return at::globalContext().deterministicAlgorithmsWarnOnly(); }
QD_API void qd_set_deterministic(int32_t enabled, int32_t warn_only) {
  at::globalContext().setDeterministicAlgorithms(enabled != 0, warn_only != 0);
}

QD_API at::Generator* qd_default_generator() { return new at::Generator(at::detail::getDefaultCPUGenerator()); }
QD_API at::Generator* qd_new_generator(uint64_t seed) { return new at::Generator(at::detail::createCPUGenerator(seed)); }
QD_API void qd_free_generator(at::Generator* generator) { delete generator; }
QD_API void qd_generator_set_seed(at::Generator* generator, uint64_t seed) {
  std::lock_guard<std::mutex> lock(generator->mutex());
  generator->set_current_seed(seed);
}
QD_API uint64_t qd_generator_current_seed(at::Generator* generator) { return generator->current_seed(); }
QD_API uint64_t qd_generator_seed(at::Generator* generator) {
  std::lock_guard<std::mutex> lock(generator->mutex());
  return generator->seed();
}
QD_API Handle qd_generator_state(at::Generator* generator) {
  Handle result = nullptr;
  qd::guarded([&] {
    std::lock_guard<std::mutex> lock(generator->mutex());
    result = qd::give(generator->get_state());
    return 0;
  });
  return result;
}
QD_API int64_t qd_generator_set_state(at::Generator* generator, Handle state) {
  return qd::guarded([&] {
    std::lock_guard<std::mutex> lock(generator->mutex());
    generator->set_state(qd::borrow(state));
    return 0;
  });
}
