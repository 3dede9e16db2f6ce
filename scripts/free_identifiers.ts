/**
 * Tells a use of a global from everything else that is written the same way: `fetch(url)` is one;
 * `app.fetch`, `{ fetch: 1 }`, a parameter `fetch` and each use of that parameter are not.
 *
 * @module
 */

type Identifier = Deno.lint.Identifier;
type Node = Deno.lint.Node;
type Pattern = Node | Deno.lint.TSParameterProperty;

/** Whether the identifier refers to something that no enclosing scope declares: a global. */
export function isGlobal(node: Identifier, ancestors: readonly Node[]): boolean {
  if (isOnlyName(node)) return false;
  return !ancestors.some((scope) => declaredIn(scope).includes(node.name));
}

/**
 * The members that are taken from a global right where it is named: `["env"]` for `Deno.env`,
 * `Deno["env"]` and `const { env } = Deno`.
 */
export function membersTaken(node: Identifier): string[] {
  const { parent } = node;
  if (parent.type === "MemberExpression" && parent.object === node) {
    return nameOf(parent.property, parent.computed);
  }
  if (parent.type === "VariableDeclarator" && parent.init === node) {
    if (parent.id.type !== "ObjectPattern") return [];
    return parent.id.properties.flatMap((property) =>
      property.type === "Property" ? nameOf(property.key, property.computed) : []
    );
  }
  return [];
}

function nameOf(key: Node, computed: boolean): string[] {
  if (key.type === "Identifier" && !computed) return [key.name];
  return key.type === "Literal" && typeof key.value === "string" ? [key.value] : [];
}

/** Whether the identifier stands where a name is given to a member, a label or an import. */
function isOnlyName(node: Identifier): boolean {
  const { parent } = node;
  switch (parent.type) {
    case "MemberExpression":
      return parent.property === node && !parent.computed;
    case "Property": // of `{ fetch }` the value is another node, and a use
    case "MethodDefinition":
    case "PropertyDefinition":
    case "TSAbstractMethodDefinition":
    case "TSAbstractPropertyDefinition":
    case "TSPropertySignature":
    case "TSMethodSignature":
      return parent.key === node && !parent.computed;
    case "TSQualifiedName":
      return parent.right === node;
    case "TSEnumMember":
      return parent.id === node;
    case "ImportSpecifier":
    case "TSImportType":
    case "TSNamedTupleMember":
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
    case "MetaProperty":
      return true;
    case "ExportSpecifier": {
      // `export { a } from "./a.ts"` names what another module declares.
      const declaration = parent.parent;
      const isReExport = declaration.type === "ExportNamedDeclaration" &&
        declaration.source !== null;
      return isReExport || parent.local !== node;
    }
    default:
      return false;
  }
}

/** The names that a node declares for all that is inside it. */
function declaredIn(scope: Node): string[] {
  switch (scope.type) {
    case "Program":
    case "BlockStatement":
    case "StaticBlock":
      return scope.body.flatMap(declaredBy);
    case "SwitchCase":
      return scope.consequent.flatMap(declaredBy);
    case "ForStatement":
      return scope.init === null ? [] : declaredBy(scope.init);
    case "ForInStatement":
    case "ForOfStatement":
      return declaredBy(scope.left);
    case "CatchClause":
      return scope.param === null ? [] : namesIn(scope.param);
    case "FunctionDeclaration":
    case "FunctionExpression":
    case "ArrowFunctionExpression":
    case "TSFunctionType":
    case "TSMethodSignature":
      return [...ownName(scope), ...scope.params.flatMap(namesIn)];
    case "ClassDeclaration":
    case "ClassExpression":
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return ownName(scope);
    default:
      return [];
  }
}

/** The names that a statement declares for the block that it stands in. */
function declaredBy(statement: Node): string[] {
  switch (statement.type) {
    case "VariableDeclaration":
      return statement.declarations.flatMap((declaration) => namesIn(declaration.id));
    case "ImportDeclaration":
      return statement.specifiers.map((specifier) => specifier.local.name);
    case "ExportNamedDeclaration":
      return statement.declaration ? declaredBy(statement.declaration) : [];
    default:
      return ownName(statement);
  }
}

function ownName(node: Node): string[] {
  return "id" in node && node.id !== null && isNode(node.id) ? namesIn(node.id) : [];
}

/** The names that a pattern binds: `a`, `b` and `c` in `{ a, x: [b = 1], ...c }`. */
function namesIn(pattern: Pattern): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap(namesIn);
    case "Property":
      return namesIn(pattern.value);
    case "ArrayPattern":
      return pattern.elements.flatMap((element) => element === null ? [] : namesIn(element));
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    case "TSParameterProperty":
      return namesIn(pattern.parameter);
    default:
      return [];
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value;
}
