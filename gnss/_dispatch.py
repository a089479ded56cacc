"""A kernel is compiled in two steps: once to code that its callers link in, and to machine code if Python calls it.

numba optimises every function and emits machine code for it, and then does the same again to the copy of it that each
of its callers links in: the innermost of six nested kernels is optimised six times. Here the first step stops before
that. What is linked is optimised together with the kernel that Python calls, and only that becomes machine code. Both
steps are kept on disk beside each other; a service that starts reads machine code only.

Of numba's inner parts this uses the compilers of `numba.core.dispatcher`, the libraries of `numba.core.codegen` and the
caches of `numba.core.caching`.
"""

from functools import cached_property
from typing import Any

from llvmlite import binding as _binding
from numba.core import caching as _caching
from numba.core import codegen as _codegen
from numba.core import compiler as _compiler
from numba.core import dispatcher as _dispatcher
from numba.core import registry as _registry
from numba.core import targetconfig as _targetconfig
from numba.core import types as _types

caching: Any = _caching
codegen: Any = _codegen
compiler: Any = _compiler
dispatcher: Any = _dispatcher
registry: Any = _registry
targetconfig: Any = _targetconfig
types: Any = _types
binding: Any = _binding


class _LinkedLibrary(codegen.JITCodeLibrary):  # type: ignore[misc]
    """Code that is linked into other code, as it was lowered: it is optimised there."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True

    def serialize_using_object_code(self) -> tuple[str, bytes]:
        return self.name, self._final_module.as_bitcode()

    @classmethod
    def restored(cls, owner: Any, state: tuple[str, bytes]) -> "_LinkedLibrary":
        name, bitcode = state
        library = cls(owner, name)
        library._final_module = binding.parse_bitcode(bitcode)
        library._finalize_final_module()
        return library


class _EntryLibrary(codegen.JITCodeLibrary):  # type: ignore[misc]
    """What Python calls. Nothing links it, so that its machine code is kept with no more than the name of its entry."""

    def __init__(self, owner: Any, name: str, entry: str) -> None:
        super().__init__(owner, name)
        self._entry = entry
        self.enable_object_caching()

    def serialize_using_object_code(self) -> tuple[str, str, tuple[bytes, bytes]]:
        stub = binding.parse_assembly(f'define void @"{self._entry}"() {{ ret void }}')
        return self.name, "object", (self._get_compiled_object(), stub.as_bitcode())


class _Compiler(dispatcher._FunctionCompiler):  # type: ignore[misc]
    def flags(self) -> Any:
        flags = compiler.Flags()
        self.targetdescr.options.parse_as_flags(flags, self.targetoptions)
        return flags


class _LinkedCompiler(_Compiler):
    """The first step: types and LLVM code."""

    def _compile_core(self, args: Any, return_type: Any) -> Any:
        flags, context = self.flags(), self.targetdescr.target_context
        flags.no_compile = flags.no_cpython_wrapper = flags.no_cfunc_wrapper = True
        library = _LinkedLibrary(context.codegen(), self.py_func.__qualname__)
        compiled = compiler.compile_extra(
            self.targetdescr.typing_context,
            context,
            self.py_func,
            args=args,
            return_type=return_type,
            flags=flags,
            locals=self.locals,
            library=library,
            pipeline_class=self.pipeline_class,
        )
        library._ensure_finalized()
        compiled = compiled._replace(entry_point=object())
        context.insert_user_function(compiled.entry_point, compiled.fndesc, [library])
        return compiled


class _EntryCompiler(_Compiler):
    """The second step: what was linked is wrapped for Python, optimised and made machine code."""

    kernel: "KernelDispatcher"

    def _compile_core(self, args: Any, return_type: Any) -> Any:
        linked, flags = self.kernel.linked.compiled(args), self.flags()
        context = compiler._make_subtarget(self.targetdescr.target_context, flags)
        about, environment = linked.fndesc, linked.environment
        library = _EntryLibrary(context.codegen(), about.qualname, about.llvm_cpython_wrapper_name)
        library._reload_init.update(linked.reload_init)
        library.add_linking_library(linked.library)
        with targetconfig.ConfigStack().enter(flags), context.push_code_library(library):
            context.create_cpython_wrapper(library, about, environment, None, release_gil=flags.release_gil)
        function = context.get_executable(library, about, environment)
        compiled = linked._replace(target_context=context, library=library, entry_point=function, metadata={})
        for environment in compiled._find_referenced_environments():
            context.codegen().set_env(environment.env_name, environment)
        return compiled


class _LinkedCacheImpl(caching.CompileResultCacheImpl):  # type: ignore[misc]
    def get_filename_base(self, fullname: str, abiflags: str) -> str:
        return "linked." + str(super().get_filename_base(fullname, abiflags))

    def rebuild(self, target_context: Any, payload: Any) -> Any:
        state, fndesc, environment, signature, objectmode, lifted, annotation, reload_init, referenced_envs = payload
        for function in reload_init:
            function()
        return compiler.CompileResult(
            target_context=target_context,
            typing_context=target_context.typing_context,
            library=_LinkedLibrary.restored(target_context.codegen(), state),
            environment=environment,
            entry_point=object(),
            fndesc=fndesc,
            type_annotation=annotation,
            signature=signature,
            objectmode=objectmode,
            lifted=lifted,
            typing_error=None,
            call_helper=None,
            metadata=None,
            reload_init=reload_init,
            referenced_envs=referenced_envs,
        )


class _LinkedCache(caching.FunctionCache):  # type: ignore[misc]
    _impl_class = _LinkedCacheImpl


class _Dispatcher(registry.CPUDispatcher):  # type: ignore[misc]
    _step: type[_Compiler]
    _cache_kind: Any
    _compiler: Any
    _cache: Any
    is_cached = False

    def __init__(self, py_func: Any, locals: Any = None, targetoptions: Any = None) -> None:
        super().__init__(py_func, locals, targetoptions)
        of = self._compiler
        self._compiler = self._step(of.py_func, of.targetdescr, of.targetoptions, of.locals, of.pipeline_class)

    def enable_caching(self) -> None:
        self.is_cached = True

    def compile(self, sig: Any) -> Any:
        """The cache is opened when it is needed: most kernels are only linked, and a start needs none of those."""
        if self.is_cached and isinstance(self._cache, caching.NullCache):
            self._cache = self._cache_kind(self.py_func)
        return super().compile(sig)


class _LinkedDispatcher(_Dispatcher):
    """The first step of one kernel, by the types of its arguments."""

    _step = _LinkedCompiler
    _cache_kind = _LinkedCache

    def add_overload(self, cres: Any) -> None:
        self.overloads[tuple(cres.signature.args)] = cres

    def compiled(self, args: Any) -> Any:
        self.compile(args)
        return self.overloads[tuple(args)]


def _plain(value: Any) -> Any:
    return types.unliteral(value) if isinstance(value, types.IntegerLiteral) else value


class KernelDispatcher(_Dispatcher):
    """What stands for a kernel: Python gets machine code of it, other kernels link it."""

    _step = _EntryCompiler
    _cache_kind = caching.FunctionCache

    def __init__(self, py_func: Any, locals: Any = None, targetoptions: Any = None) -> None:
        super().__init__(py_func, locals, targetoptions)
        self._compiler.kernel = self

    @cached_property
    def linked(self) -> _LinkedDispatcher:
        linked = _LinkedDispatcher(self.py_func, self.locals, self.targetoptions)
        if self.is_cached:
            linked.enable_caching()
        return linked

    @property
    def is_compiling(self) -> Any:
        return self.linked.is_compiling

    def get_call_template(self, args: Any, kws: Any) -> Any:
        """A constant is handed over as any integer is: numba would compile the kernel anew for each value."""
        kws = {name: _plain(value) for name, value in dict(kws).items()}
        return self.linked.get_call_template(tuple(_plain(value) for value in args), kws)

    def get_overload(self, sig: Any) -> Any:
        return self.linked.get_overload(sig)
