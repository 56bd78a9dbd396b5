import { resolve, sep } from 'node:path';
import ts from 'typescript-5.9';
import { manifest } from './user-project.mjs';

const folder = resolve('dist') + sep;

/**
 * Everything that a door gives has a comment, as an editor shows it: each export, and each member that people see of it. A member whose type is
 * one literal needs none (`code: 'CLOSED'`), nor does one of an inline type that the comment above names in backticks.
 */
export function checkComments() {
  const doors = Object.values(manifest().exports).flatMap(({ types }) => (types ? [resolve(types)] : []));
  const program = ts.createProgram(doors, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    lib: [
      'lib.es2023.d.ts',
      'lib.es2024.string.d.ts',
      'lib.esnext.disposable.d.ts',
      'lib.esnext.decorators.d.ts',
    ],
    types: ['node'],
  });
  const { count, bare } = new Reading(program.getTypeChecker()).of(doors.map(program.getSourceFile));
  if (bare.length > 0) throw new Error(`These have no comment:\n${bare.join('\n')}`);
  return `${count} exports and members`;
}

/** Goes through doors, looks at each declaration of ours once, and keeps those without a comment. */
class Reading {
  bare = [];
  #checker;
  #seen = new Set();

  constructor(checker) {
    this.#checker = checker;
  }

  of(doors) {
    for (const door of doors)
      for (const each of this.#checker.getExportsOfModule(this.#checker.getSymbolAtLocation(door)))
        this.#readExport(each.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(each) : each);
    return { count: this.#seen.size, bare: this.bare };
  }

  #readExport(symbol) {
    const declarations = this.#look(symbol, symbol.name, '');
    for (const each of declarations) {
      if (ts.isClassDeclaration(each) || ts.isInterfaceDeclaration(each))
        for (const member of this.#membersOf(symbol)) this.#readMember(member, symbol.name, '');
      else this.#readInline(each, symbol.name, textAbove(each));
    }
  }

  /** Inherited ones, too: whoever is not exported has users by those who are. */
  #membersOf(symbol) {
    const statics = symbol.valueDeclaration ? [this.#checker.getTypeOfSymbol(symbol)] : [];
    const types = [this.#checker.getDeclaredTypeOfSymbol(symbol), ...statics];
    return types.flatMap((type) => this.#checker.getPropertiesOfType(type)).filter(isSeen);
  }

  #readMember(symbol, owner, above) {
    const name = `${owner}.${symbol.name.replace(/^__@(\w+)@\d+$/, '[Symbol.$1]')}`;
    for (const each of this.#look(symbol, name, above)) this.#readInline(each, name, above + textAbove(each));
  }

  /** Types that are written where they are used. What stands behind the `extends` of a condition is a pattern. */
  #readInline(node, owner, above) {
    ts.forEachChild(node, (child) => {
      if (ts.isConditionalTypeNode(node) && child === node.extendsType) return;
      if (!ts.isTypeLiteralNode(child)) return this.#readInline(child, owner, above);
      const named = child.members.filter(({ name }) => name);
      for (const { symbol } of named) this.#readMember(symbol, owner, above);
    });
  }

  /** Gives the declarations of a symbol that were not seen yet. @param above the comments that may name it */
  #look(symbol, name, above) {
    const all = (symbol.declarations ?? []).filter((each) =>
      each.getSourceFile().fileName.startsWith(folder),
    );
    const unseen = all.filter((each) => !this.#seen.has(each));
    for (const each of unseen) this.#seen.add(each);
    const [first] = unseen;
    if (first && !this.#isTold(symbol, all, above)) this.bare.push(`${placeOf(first)} ${name}`);
    return unseen;
  }

  #isTold(symbol, declarations, above) {
    return (
      symbol.getDocumentationComment(this.#checker).length > 0 ||
      declarations.some((each) => ts.getJSDocTags(each).length > 0) ||
      declarations.every(({ type }) => type && ts.isLiteralTypeNode(type)) ||
      above.includes(`\`${symbol.name}`)
    );
  }
}

function isSeen({ name, declarations = [] }) {
  const isPrivate = (each) => each.name && ts.isPrivateIdentifier(each.name);
  return name !== 'prototype' && !declarations.some(isPrivate);
}

function textAbove(declaration) {
  return ts
    .getJSDocCommentsAndTags(declaration)
    .map((each) => each.getText())
    .join(' ');
}

function placeOf(declaration) {
  const file = declaration.getSourceFile();
  return `${file.fileName.slice(folder.length)}:${file.getLineAndCharacterOfPosition(declaration.getStart()).line + 1}`;
}
