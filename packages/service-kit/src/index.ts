export * from './config.js';
export { variableGroups, variables, type Config, type VariableName } from './variables.js';
